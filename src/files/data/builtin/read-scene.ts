/**
 * Reads a scene off a picture: which figures are in it, of which colour and form, and where. Figures are areas of one colour; their
 * forms are found by analysis by synthesis: each form is drawn at the area, in several sizes, and the nearest is taken.
 */
import { coverOf, sceneSide, sceneSizes } from './draw-scene.ts'
import {
  colourNames,
  formNames,
  sceneColours,
  type SceneFigure,
  sceneForms,
  type ScenePlace,
  scenePlaces,
} from './scene.ts'

/** A figure as it was found. */
export interface FoundFigure extends Omit<SceneFigure, 'form'> {
  /** Undefined where the area looks like none of the forms. */
  readonly form: SceneFigure['form'] | undefined
  /** How unlike the form it is: the squared difference as a share of the area; 0 is exact. */
  readonly unlike: number
}

/** A pixel belongs to a figure if it covers so much of it; smaller areas than this many pixels are specks. */
const [leastCover, leastArea, mostUnlike] = [0.4, 7, 0.3]

/** An area of one colour. */
interface Area {
  readonly colour: number
  readonly pixels: readonly number[]
}

/**
 * The figures in a picture, from top to bottom.
 *
 * @param picture `[3, side, side]`, 0 … 255
 * @example
 * readScene(image) // [{ colour: 'red', form: 'circle', place: 'at the top left', unlike: 0.004 }]
 */
export function readScene(picture: ArrayLike<number>, side = sceneSide): readonly FoundFigure[] {
  const ground = groundOf(picture, side)
  const { cover, colour } = coloursOf(picture, ground, side)
  return areasOf(cover, colour, side).map((area) => {
    const at = centroidOf(area, cover, side)
    return {
      colour: colourNames[area.colour]!,
      place: placeOf(at, side),
      ...formOf(area, cover, at, side),
    }
  })
}

/** The background: the median of the border. */
function groundOf(picture: ArrayLike<number>, side: number): readonly number[] {
  const border = Array.from({ length: side * side }, (_, i) => i).filter((i) => {
    const [row, column] = [Math.floor(i / side), i % side]
    return row === 0 || column === 0 || row === side - 1 || column === side - 1
  })
  return [0, 1, 2].map((channel) => {
    const values = border.map((i) => picture[channel * side * side + i]!).sort((a, b) => a - b)
    return values[values.length >> 1]!
  })
}

/** Which colour each pixel is nearest to when mixed with the background, and how much of it there is. */
function coloursOf(picture: ArrayLike<number>, ground: readonly number[], side: number) {
  const plane = side * side
  const cover = new Float64Array(plane)
  const colour = new Int8Array(plane).fill(-1)
  const ways = colourNames.map((name) => sceneColours[name].map((value, channel) => value - ground[channel]!))
  const lengths = ways.map((way) => way.reduce((sum, value) => sum + value * value, 0))
  for (let i = 0; i < plane; i++) {
    const own = ground.map((value, channel) => picture[channel * plane + i]! - value)
    let least = Infinity
    ways.forEach((way, k) => {
      const share = way.reduce((sum, value, channel) => sum + value * own[channel]!, 0) / lengths[k]!
      const rest = own.reduce((sum, value, channel) => sum + (value - share * way[channel]!) ** 2, 0)
      if (share < leastCover || rest >= least) return
      least = rest
      colour[i] = k
      cover[i] = Math.min(1, share)
    })
    if (colour[i]! >= 0) continue
    // What is too faint for an area still tells where its edge is.
    cover[i] = Math.max(0, ...ways.map((way, k) => way.reduce((sum, v, c) => sum + v * own[c]!, 0) / lengths[k]!))
  }
  return { cover, colour }
}

/** Areas of pixels of one colour side by side, specks left out. */
function areasOf(cover: Float64Array, colour: Int8Array, side: number): Area[] {
  const seen = new Uint8Array(side * side)
  const areas: Area[] = []
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || colour[start]! < 0) continue
    const pixels = [start]
    seen[start] = 1
    for (const i of pixels) {
      for (const [dx, dy] of [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ] as const) {
        const [column, row] = [(i % side) + dx, Math.floor(i / side) + dy]
        const next = row * side + column
        if (column < 0 || row < 0 || column >= side || row >= side || seen[next] || colour[next] !== colour[start])
          continue
        seen[next] = 1
        pixels.push(next)
      }
    }
    const amount = pixels.reduce((sum, i) => sum + cover[i]!, 0)
    if (amount >= leastArea * (side / sceneSide) ** 2) areas.push({ colour: colour[start]!, pixels })
  }
  return areas
}

type Point = readonly [x: number, y: number]

function centroidOf({ pixels }: Area, cover: Float64Array, side: number): Point {
  let [total, x, y] = [0, 0, 0]
  for (const i of pixels) {
    total += cover[i]!
    x += cover[i]! * ((i % side) + 0.5)
    y += cover[i]! * (Math.floor(i / side) + 0.5)
  }
  return [x / total, y / total]
}

function placeOf([x, y]: Point, side: number): ScenePlace {
  const third = (value: number): number => Math.min(2, Math.max(0, Math.floor((3 * value) / side)))
  return scenePlaces[3 * third(y) + third(x)]!
}

/** The form that is nearest when it is drawn there. */
function formOf(
  { pixels }: Area,
  cover: Float64Array,
  [x, y]: Point,
  side: number,
): Pick<FoundFigure, 'form' | 'unlike'> {
  const scale = side / sceneSide
  const own = new Set(pixels)
  const reach = Math.ceil(5.5 * scale)
  const around: { readonly dx: number; readonly dy: number; readonly cover: number }[] = []
  for (let row = Math.floor(y) - reach; row <= y + reach; row++) {
    for (let column = Math.floor(x) - reach; column <= x + reach; column++) {
      if (row < 0 || column < 0 || row >= side || column >= side) continue
      const i = row * side + column
      const near = own.has(i) || [i - 1, i + 1, i - side, i + side].some((each) => own.has(each))
      around.push({ dx: column + 0.5 - x, dy: row + 0.5 - y, cover: near ? cover[i]! : 0 })
    }
  }
  const total = around.reduce((sum, each) => sum + each.cover ** 2, 0)
  let best: { form: SceneFigure['form']; error: number } | undefined
  for (const form of formNames) {
    for (let radius = sceneSizes.least - 0.3; radius <= sceneSizes.most + 0.31; radius += 0.3) {
      for (const [right, down] of shifts) {
        let error = 0
        for (const each of around) {
          const drawn = coverOf(sceneForms[form], each.dx - right * scale, each.dy - down * scale, radius * scale)
          error += (each.cover - drawn) ** 2
          if (best !== undefined && error > best.error) break
        }
        if (best === undefined || error < best.error) best = { form, error }
      }
    }
  }
  const unlike = best!.error / total
  return { form: unlike > mostUnlike ? undefined : best!.form, unlike }
}

const shifts: readonly Point[] = [-0.35, 0, 0.35].flatMap((right) =>
  [-0.35, 0, 0.35].map((down): Point => [right, down]),
)
