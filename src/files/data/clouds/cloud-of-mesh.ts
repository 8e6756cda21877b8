/** From a shape to a cloud of so many points. */
import { TweedieError } from '../../../errors.ts'
import { fold, type Key } from '../../../engine/random/index.ts'
import type { Mesh } from '../formats/mesh/mesh.ts'
import { sampleSurface } from './sample-surface.ts'
import { thinAtRandom, thinEvenly } from './thin.ts'

/** The parts of a shape that its points depend on. */
export type Shape = Pick<Mesh, 'points' | 'triangles'> & { readonly coordinates: number }

/** How shapes become clouds. */
export interface CloudOptions {
  /** Points of each cloud. */
  readonly points: number
  /** Whether points are far from each other, instead of independent. */
  readonly evenly?: boolean | undefined
  /** Whether each cloud is brought to mean 0 and standard deviation 1; by default it keeps its place and size. */
  readonly normalise?: 'shape' | 'set' | undefined
}

/** Of points on a surface that are thinned, so many times as many are drawn before. */
const spare = 5

/**
 * The cloud, `[points, coordinates]`: points on the surface, or of a set without triangles some of its own.
 *
 * @throws TweedieError `data` for a set of too few points, triangles without area, or one place for all points
 */
export function cloudOfMesh(
  mesh: Shape,
  { points: count, evenly = false, normalise }: CloudOptions,
  key: Key,
): Float32Array {
  const { points, coordinates: d, triangles } = mesh
  const own = points.length / d
  if (triangles.length === 0 && own < count) {
    throw new TweedieError('data', `${own} points and no faces, where ${count} points are wanted`)
  }
  const many = triangles.length > 0 ? sampleSurface(mesh, evenly ? spare * count : count, fold(key, 'surface')) : points
  const thin = evenly ? thinEvenly : thinAtRandom
  const cloud = many.length / d > count ? thin(many, d, count, fold(key, 'thin')) : many
  return Float32Array.from(normalise === 'shape' ? standardised(cloud, d) : cloud)
}

/** Around the mean of its points, in units of one standard deviation for all axes. */
function standardised(points: Float64Array, d: number): Float64Array {
  const n = points.length / d
  const mean = Array.from({ length: d }, () => 0)
  points.forEach((value, i) => (mean[i % d]! += value / n))
  const centred = points.map((value, i) => value - mean[i % d]!)
  const scale = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0) / points.length)
  if (!(scale > 0)) throw new TweedieError('data', 'all its points lie at one place')
  return centred.map((value) => value / scale)
}
