/** Shapes as files hold them: points in space, and triangles between them. */
import { TweedieError } from '../../../../errors.ts'

/** A shape. Without triangles it is a set of points. */
export interface Mesh {
  /** `[points, coordinates]`. */
  readonly points: Float64Array
  /** 3, or 2 for points of the plane. */
  readonly coordinates: 2 | 3
  /** `[triangles, 3]`, numbers of points; polygons are cut into fans of triangles. */
  readonly triangles: Uint32Array
  /** What a file holds that is not used, a sentence each. */
  readonly remarks: readonly string[]
}

/** What collects a shape while a file is read. */
export class MeshBuilder {
  readonly #points: number[] = []
  readonly #triangles: number[] = []
  readonly #remarks = new Set<string>()

  readonly coordinates: 2 | 3

  constructor(coordinates: 2 | 3 = 3) {
    this.coordinates = coordinates
  }

  /** How many points there are so far. */
  get count(): number {
    return this.#points.length / this.coordinates
  }

  /** @param where the line or record, for the error @throws TweedieError `data` for coordinates that are no numbers */
  point(values: ArrayLike<number>, where: string): void {
    for (let axis = 0; axis < this.coordinates; axis++) {
      const value = values[axis]
      if (value === undefined || !Number.isFinite(value)) {
        throw new TweedieError(
          'data',
          `${where}: a point needs ${this.coordinates} finite numbers, got ${shown(values)}`,
        )
      }
      this.#points.push(value)
    }
  }

  /** A polygon by the numbers of its corners. @throws TweedieError `data` for fewer than three, or one that is no point so far */
  face(corners: ArrayLike<number>, where: string, points = this.count): void {
    const list = Array.from(corners)
    const wrong = list.find((corner) => !(Number.isInteger(corner) && corner >= 0 && corner < points))
    if (wrong !== undefined) {
      throw new TweedieError('data', `${where}: a face has the point ${wrong}, and there are 0 … ${points - 1}`)
    }
    if (list.length < 3) throw new TweedieError('data', `${where}: a face of ${list.length} points: it needs 3`)
    for (let i = 1; i + 1 < list.length; i++) this.#triangles.push(list[0]!, list[i]!, list[i + 1]!)
  }

  remark(text: string): void {
    this.#remarks.add(text)
  }

  /** @throws TweedieError `data` for a shape without points */
  done(): Mesh {
    if (this.count === 0) throw new TweedieError('data', 'there are no points in it')
    return {
      points: Float64Array.from(this.#points),
      coordinates: this.coordinates,
      triangles: Uint32Array.from(this.#triangles),
      remarks: [...this.#remarks],
    }
  }
}

const shown = (values: ArrayLike<number>): string => Array.from(values).slice(0, 3).join(' ') || 'none'

/** A line of a text with its number from 1, without its comment; empty ones are left out. */
export interface Line {
  readonly words: readonly string[]
  readonly where: string
}

/** The lines of a text that hold something. @param comment what begins a comment */
export function* linesOf(text: string, comment = '#'): Generator<Line> {
  let number = 0
  for (const raw of text.split(/\r\n|\r|\n/)) {
    number++
    const at = raw.indexOf(comment)
    const content = (at < 0 ? raw : raw.slice(0, at)).trim()
    if (content !== '') yield { words: content.split(/\s+/), where: `line ${number}` }
  }
}

/** The numbers of words; NaN for what is none. */
export const numbersOf = (words: readonly string[]): number[] =>
  words.map((word) => (/^[+-]?(\d|\.\d)/.test(word) ? Number(word) : NaN))
