const amount = 99.5;
const userId = "u-1";
const user = { name: "Ada", age: 36 };
const users = [user];
const db = { query: async () => [] };
const heavyOperation = async () => {};
