/** Parts of clouds that are known: from a file of a shape to an observation, and whole clouds to change. */
import { maskOperator, type Observation, observation } from '../../diffusion/measure/index.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { cloudOfMesh, type Shape } from '../../files/data/clouds/cloud-of-mesh.ts'
import { isNpy, parseNpy } from '../../files/data/formats/npy.ts'
import { parseMesh } from '../../files/data/formats/mesh/parse-mesh.ts'
import { affineOf } from '../../files/data/normalise.ts'
import { assign } from '../../tools/metrics/clouds/assignment.ts'
import type { DrawnModel } from '../drawn-values.ts'
import type { Item, Setting } from '../family.ts'

/** How a part is known. */
export interface PartOptions {
  /** The standard deviation of its noise, in standard deviations of the data. */
  readonly sigma: number
  /** The shape is whole: the half of its points on one side of a plane is known, and the rest is hidden. */
  readonly simulate: boolean
  readonly seed: number | string
}

/**
 * The observation of a part: as many places of the item as it has points are these, and the others are unknown. Points have no order, so the first places will do. Of a shape
 * with faces, or of as many points as the model's clouds have and more, so many are drawn that half of the places are known.
 *
 * @throws TweedieError `data` for what is no shape of so many coordinates, `shape` for values that are no points
 */
export async function observationOfPart(
  model: DrawnModel,
  item: Item,
  { sigma, simulate, seed }: PartOptions,
  { access, onRemark }: Pick<Setting, 'access' | 'onRemark'>,
): Promise<Observation> {
  const [n, d] = model.scale.shape as [number, number]
  const shape = await shapeOf(model, item, access)
  const half = Math.floor(n / 2)
  const own = shape.points.length / d
  const stream = fold(key(seed), 'part')
  const isPart = !simulate && shape.triangles.length === 0 && own < n
  const known = isPart
    ? Float32Array.from(shape.points)
    : simulate
      ? oneSide(cloudOfMesh(shape, { points: n }, stream), d, half, normal(fold(stream, 'plane'), new Float64Array(d)))
      : cloudOfMesh(shape, { points: half }, stream)
  if (!isPart) onRemark?.(`${half} points of it are kept, and ${n - half} are drawn`)
  const seen = Uint8Array.from({ length: n * d }, (_, i) => (i < known.length ? 1 : 0))
  const values = inNetwork(model, known)
  return observation(maskOperator([n, d], seen, 'complete'), Float64Array.from(values), sigma)
}

/**
 * A whole cloud, as the network sees data.
 *
 * @param like a cloud: the new one's points take the places of those to which all together are nearest, so that one can be walked to the other
 * @throws TweedieError as {@link observationOfPart}
 */
export async function wholeCloud(
  model: DrawnModel,
  item: Item,
  { access }: Pick<Setting, 'access'>,
  like?: Float32Array,
): Promise<Float32Array> {
  const [n, d] = model.scale.shape as [number, number]
  const shape = await shapeOf(model, item, access)
  const own = shape.points.length / d
  const values = inNetwork(
    model,
    own === n && shape.triangles.length === 0
      ? Float32Array.from(shape.points)
      : cloudOfMesh(shape, { points: n }, fold(key(0), 'whole')),
  )
  if (!like) return values
  const costs = new Float64Array(n * n)
  for (let i = 0; i < n * n; i++) {
    const [row, column] = [Math.floor(i / n), i % n]
    for (let axis = 0; axis < d; axis++) costs[i]! += (like[row * d + axis]! - values[column * d + axis]!) ** 2
  }
  const { columns } = assign(costs, n)
  return values.map((_, i) => values[columns[Math.floor(i / d)]! * d + (i % d)]!)
}

async function shapeOf({ scale }: DrawnModel, item: Item, access: Setting['access']): Promise<Shape> {
  const d = scale.shape[1]!
  const found = typeof item === 'string' ? await readShape(item, access) : pointsOf(item, d)
  if (found.coordinates === d) return found
  const name = typeof item === 'string' ? item : 'the shape'
  throw new TweedieError('data', `${name}: points of ${found.coordinates} coordinates, and the model makes ${d}`)
}

async function readShape(name: string, access: Setting['access']): Promise<Shape> {
  const bytes = await access.bytes(name, 'data')
  if (isNpy(bytes)) {
    const { shape, data } = parseNpy(bytes)
    const rows = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape
    if (rows.length === 2) return pointsOf(Float64Array.from(data as ArrayLike<number>, Number), rows[1]!)
    throw new TweedieError('data', `${name}: an array [${shape.join(', ')}], expected [points, coordinates]`)
  }
  try {
    return parseMesh(bytes, name)
  } catch (error) {
    if (!(error instanceof TweedieError)) throw error
    throw new TweedieError(error.code, `${name}: ${error.message}`, { hint: error.hint, cause: error })
  }
}

function pointsOf(values: Float32Array | Float64Array, coordinates: number): Shape {
  if (values.length > 0 && values.length % coordinates === 0) {
    return { points: Float64Array.from(values), coordinates, triangles: new Uint32Array(0) }
  }
  throw new TweedieError('shape', `${values.length} values are no whole points of ${coordinates}`)
}

/** So many points that are the farthest on one side of a plane. */
function oneSide(cloud: Float32Array, d: number, count: number, normalOfPlane: Float64Array): Float32Array {
  const height = (i: number): number =>
    normalOfPlane.reduce((sum, value, axis) => sum + value * cloud[i * d + axis]!, 0)
  const order = Array.from({ length: cloud.length / d }, (_, i) => i).sort((a, b) => height(b) - height(a))
  return Float32Array.from({ length: count * d }, (_, i) => cloud[order[Math.floor(i / d)]! * d + (i % d)]!)
}

/** Points in the units of the data → those of the network. */
function inNetwork({ scale }: DrawnModel, values: Float32Array): Float32Array {
  const d = scale.shape[1]!
  const { shift, scale: factor } = affineOf(scale)
  return values.map(
    (value, i) => (value - shift[i % Math.min(d, shift.length)]!) / factor[i % Math.min(d, factor.length)]!,
  )
}
