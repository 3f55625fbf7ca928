import { gone } from './c.cjs';
export const beta = 1;
export let x = gone;
