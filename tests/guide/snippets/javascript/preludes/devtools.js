// What a browser's console offers and a page does not have.
const monitor = () => {};
const unmonitor = () => {};
const observe = () => {};
const debug = () => {};
const copy = () => {};
