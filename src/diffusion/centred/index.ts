/** Diffusion of points whose mean is zero. */
export { centredBound } from './bound.ts'
export { centre, centredDimensions, type PointCount, type PointRoom } from './centre.ts'
export { centredNoise } from './noise.ts'
