struct Error;

struct User;

impl User {
    fn charge(&self, _amount: u64) -> Result<(), Error> {
        Ok(())
    }
}

fn get_user(_id: &str) -> Result<User, Error> {
    Ok(User)
}

struct Store;

impl Store {
    fn count_users(&self) -> usize {
        0
    }
}

#[expect(non_upper_case_globals, reason = "the guide calls it so")]
static db: Store = Store;
#[expect(non_upper_case_globals, reason = "the guide calls it so")]
static cache: Store = Store;
