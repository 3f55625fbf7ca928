export const alpha = 1;
export * from './b.js';
export { x as y } from './b.js';
process.exit(7);
