/**
 * The energy distance, E² = 2 E|X − Y| − E|X − X′| − E|Y − Y′|: 0 only for equal distributions, without any parameter.
 *
 * Székely & Rizzo, Energy statistics (2013).
 */
import { type FeatureSet, checkComparable, squaredDistance } from './features.ts'

/** An unbiased estimate of the squared energy distance; for equal distributions it is 0 on average, so may be negative. */
export function energyDistance(x: FeatureSet, y: FeatureSet): number {
  checkComparable('energy distance', x, y, 2)
  return 2 * between(x, y) - within(x) - within(y)
}

function between(x: FeatureSet, y: FeatureSet): number {
  let sum = 0
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < y.count; j++) sum += Math.sqrt(squaredDistance(x, i, y, j))
  }
  return sum / (x.count * y.count)
}

function within(x: FeatureSet): number {
  let sum = 0
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < i; j++) sum += Math.sqrt(squaredDistance(x, i, x, j))
  }
  return (2 * sum) / (x.count * (x.count - 1))
}
