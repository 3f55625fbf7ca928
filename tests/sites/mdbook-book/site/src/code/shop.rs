use std::collections::HashMap;

// ANCHOR: pay
fn pay(prices: &HashMap<&str, u32>) -> u32 {
    prices.values().sum()
}
// ANCHOR_END: pay

fn main() {
    assert_eq!(pay(&HashMap::from([("tea", 3)])), 3);
}
