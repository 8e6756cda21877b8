/**
 * Live figures as data. A figure says what can be chosen, computes, and gives back what is to be seen: plots, pictures, texts, tables.
 * It knows no page: one renderer draws all of them on a canvas or as SVG, moves its controls, and puts its numbers into the equation.
 */

/** A number on a slider. */
export interface Slider {
  readonly kind: 'slider'
  readonly label: string
  readonly min: number
  readonly max: number
  readonly step: number
  readonly initial: number
  /** How the number is written; default: as it is. */
  readonly format?: (value: number) => string
}

/** One of several. */
export interface Choice<V extends string = string> {
  readonly kind: 'choice'
  readonly label: string
  readonly options: readonly { readonly value: V; readonly label: string }[]
  readonly initial: V
}

/** On or off. */
export interface Toggle {
  readonly kind: 'toggle'
  readonly label: string
  readonly initial: boolean
}

/** Points in the plane that are dragged in the plot that names this control. */
export interface Points {
  readonly kind: 'points'
  readonly label: string
  readonly initial: readonly Point[]
}

/** A grid of cells that are painted, row by row: a mask, a picture drawn by hand. Each cell is 0 … `levels` − 1. */
export interface Drawing {
  readonly kind: 'drawing'
  readonly label: string
  readonly width: number
  readonly height: number
  readonly levels: number
  /** What the brush paints, by level, if a number says too little. */
  readonly names?: readonly string[]
  readonly initial: readonly number[]
}

/** A line of text. */
export interface TextField {
  readonly kind: 'text'
  readonly label: string
  readonly initial: string
  readonly maxLength: number
}

export type Control = Slider | Choice | Toggle | Points | Drawing | TextField
export type Controls = Readonly<Record<string, Control>>
export type Point = readonly [x: number, y: number]

/** What a control is set to. */
export type ValueOf<C extends Control> = C extends Slider
  ? number
  : C extends Choice<infer V>
    ? V
    : C extends Toggle
      ? boolean
      : C extends Points
        ? readonly Point[]
        : C extends Drawing
          ? readonly number[]
          : string

/** What all controls of a figure are set to. */
export type Values<C extends Controls> = { readonly [Name in keyof C]: ValueOf<C[Name]> }

/** Numbers in a row; typed arrays and arrays alike. */
export type Numbers = ArrayLike<number>

/** A colour by its meaning; the page's theme has the shade. `series` 0 … 5 differ from each other for the colour-blind too. */
export type Ink = 'data' | 'noise' | 'model' | 'exact' | 'muted' | { readonly series: number }

/** Things in a plot, drawn in order. A `label` puts one into the legend. Coordinates are those of the plot's axes. */
export type Mark =
  | {
      readonly kind: 'points'
      readonly x: Numbers
      readonly y: Numbers
      readonly ink: Ink
      readonly radius?: number
      readonly opacity?: number
      readonly label?: string
    }
  | {
      readonly kind: 'line'
      readonly x: Numbers
      readonly y: Numbers
      readonly ink: Ink
      readonly dashed?: boolean
      readonly width?: number
      readonly opacity?: number
      readonly label?: string
    }
  /** The space between two curves; `from` is 0 by default. */
  | {
      readonly kind: 'area'
      readonly x: Numbers
      readonly y: Numbers
      readonly from?: Numbers
      readonly ink: Ink
      readonly label?: string
    }
  /** Bars side by side, each `width` wide (default: the distance of the first two). */
  | {
      readonly kind: 'bars'
      readonly x: Numbers
      readonly y: Numbers
      readonly width?: number
      readonly ink: Ink
      readonly label?: string
    }
  /** From (x, y) to (x + dx, y + dy). */
  | {
      readonly kind: 'arrows'
      readonly x: Numbers
      readonly y: Numbers
      readonly dx: Numbers
      readonly dy: Numbers
      readonly ink: Ink
      readonly label?: string
    }
  /** A value on each cell of a grid over the whole plot, row by row from the top; `range` is its darkest and brightest value. `diverging` has its middle at their mean. */
  | {
      readonly kind: 'heat'
      readonly values: Numbers
      readonly columns: number
      readonly rows: number
      readonly range?: readonly [number, number]
      readonly palette?: 'density' | 'diverging'
    }
  /** A line across the plot. */
  | {
      readonly kind: 'rule'
      readonly x?: number
      readonly y?: number
      readonly ink: Ink
      readonly dashed?: boolean
      readonly label?: string
    }

export interface Axis {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly scale?: 'linear' | 'log'
  /** No ticks, no label: a plane of points. */
  readonly bare?: boolean
}

export interface Plot {
  readonly kind: 'plot'
  readonly title?: string
  readonly x: Axis
  readonly y: Axis
  readonly marks: readonly Mark[]
  /** One unit is as long on both axes. */
  readonly equal?: boolean
  /** The control of kind `points` whose points are dragged here. */
  readonly handles?: string
}

/** Pictures in a grid. */
export interface Pictures {
  readonly kind: 'pictures'
  readonly title?: string
  readonly columns: number
  /** Each `[channels, height, width]` in [−1, 1]; 1 or 3 channels. */
  readonly items: readonly {
    readonly shape: readonly [channels: number, height: number, width: number]
    readonly data: Numbers
    readonly label?: string
  }[]
  /** Times the size of a pixel; default: whole pixels that fill the width. */
  readonly scale?: number
  /** The control of kind `drawing` that is painted over the first picture. */
  readonly drawing?: string
}

/** A text whose pieces may have a shade, 0 (none) … 1, or be marked as missing. */
export interface Tokens {
  readonly kind: 'tokens'
  readonly title?: string
  readonly rows: readonly {
    readonly label?: string
    readonly pieces: readonly { readonly text: string; readonly shade?: number; readonly missing?: boolean }[]
  }[]
}

export interface Table {
  readonly kind: 'table'
  readonly title?: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

export type View = Plot | Pictures | Tokens | Table

/** What a figure shows for a choice of values. */
export interface Shown {
  readonly views: readonly View[]
  /** Numbers that stand in the equations, by the names that the equations use: `\live{alphaBar}` shows `numbers.alphaBar`. */
  readonly numbers: Readonly<Record<string, number>>
  /** What is to be seen, in a sentence or two with its numbers: for those who do not see it, and under the figure. */
  readonly caption: string
}

/**
 * A live figure. `show` is a pure function: the same values give the same picture, in any runtime. It takes at most 50 ms, or gives
 * a promise and lets others run in between.
 */
export interface Figure<C extends Controls = Controls> {
  /** Its name in addresses, unique in its chapter: `marginal`. */
  readonly id: string
  readonly title: string
  /** What to try, in a sentence. */
  readonly hint: string
  readonly controls: C
  show(values: Values<C>): Shown | Promise<Shown>
  /** A slider that a button ‘play’ moves from its least to its greatest value, and how long that takes. */
  readonly play?: { readonly control: keyof C & string; readonly seconds: number }
}

/** A figure with its types found out. */
export function figure<const C extends Controls>(made: Figure<C>): Figure<C> {
  return made
}

/** The values that a figure begins with. */
export function initialValues<C extends Controls>({ controls }: Pick<Figure<C>, 'controls'>): Values<C> {
  return Object.fromEntries(Object.entries(controls).map(([name, { initial }]) => [name, initial])) as Values<C>
}
