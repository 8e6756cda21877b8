/** A picture as shapes in pixels: what a plot becomes before it is drawn on a canvas or written as SVG. */

/** A colour as CSS writes it. */
export type Paint = string

export type Shape =
  | {
      readonly kind: 'rect'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly fill: Paint
      readonly opacity?: number
    }
  /** Points joined by lines: `[x0, y0, x1, y1, …]`; a point that is not finite breaks the line. */
  | {
      readonly kind: 'path'
      readonly points: Float32Array
      readonly stroke?: Paint
      readonly width?: number
      readonly dash?: readonly number[]
      readonly fill?: Paint
      readonly opacity?: number
    }
  /** Separate lines: `[x0, y0, x1, y1]` each. */
  | { readonly kind: 'segments'; readonly points: Float32Array; readonly stroke: Paint; readonly width: number }
  /** Discs of one size and colour: `[x, y]` each. */
  | {
      readonly kind: 'discs'
      readonly points: Float32Array
      readonly radius: number
      readonly fill: Paint
      readonly opacity?: number
    }
  | {
      readonly kind: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly size: number
      readonly fill: Paint
      readonly anchor?: 'start' | 'middle' | 'end'
      /** Degrees, clockwise, about (x, y). */
      readonly turn?: number
      readonly bold?: boolean
    }
  | {
      readonly kind: 'image'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly pixels: Pixels
    }
  /** Shapes of which only what lies in the rectangle is seen. */
  | {
      readonly kind: 'clip'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly shapes: readonly Shape[]
    }
  /** Shapes that begin elsewhere. */
  | { readonly kind: 'move'; readonly x: number; readonly y: number; readonly shapes: readonly Shape[] }

/** RGBA, row by row. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

export interface Scene {
  readonly width: number
  readonly height: number
  readonly background: Paint
  readonly shapes: readonly Shape[]
}

/** The font of figures: the system's own. */
export const fontFamily = 'system-ui, sans-serif'
