/** Items that a model makes: how they are seen, what made them, how far the work is, and what makes them again and again. */
import type { NdArray } from '../files/data/nd-array.ts'
import type { GridOptions, Raster } from '../files/io/raster.ts'
import type { TerminalColors } from '../files/io/terminal.ts'
import type { OptionValues } from '../options.ts'

/** How far something long is. */
export interface Progress {
  /** What is being done: `sample`, `training a classifier`. */
  readonly phase: string
  readonly done: number
  readonly total: number
  /** What `done` and `total` count, in the plural: `images`, `steps`; left out where the numbers alone mean nothing to anybody. */
  readonly unit?: string | undefined
  /** What there is to see so far, if anything is: `time` falls from 1 (noise) to 0. */
  /** The step that was just made: of `total`; `time` falls from 1 (noise) to 0; `view` shows what there is so far. */
  readonly step?: ProgressStep | undefined
}

/** One step of a sampler. */
export interface ProgressStep {
  /** From 0. */
  readonly index: number
  readonly total: number
  readonly time: number
  readonly view: () => View
}

/** Items as people look at them. */
export interface View {
  /** A picture of all of them; left out where there is nothing to see. */
  raster?(layout?: GridOptions): Raster
  /** Each as text; left out where they are no text. */
  texts?(): readonly string[]
  /** The picture for a terminal, where it is another than the raster in small. */
  preview?(options: PreviewOptions): string
}

/** What a terminal shows. */
export interface PreviewOptions extends Pick<GridOptions, 'columns'> {
  readonly colors: TerminalColors
  /** Characters in a line. */
  readonly width: number
}

/** Items that were made. */
export interface Drawn extends View {
  readonly count: number
  /** `[count, ...item]`. */
  readonly shape: readonly number[]
  /** The class of each, where there are classes. */
  readonly classes?: readonly string[] | undefined
  /** What decided the result, as JSON: sampler, steps, seed, …; it goes into files, so that they say where they come from. */
  readonly how: Readonly<Record<string, unknown>>
  /** The same in a few words: `seed 0, dpm++-2m, 20 steps`. */
  readonly howText: string
  /** The values, as a `.npy` file has them. */
  array(): NdArray
  /** Some of them: so many, from a first one on. */
  part(first: number, count: number): View
  /** The way there, step by step, where that was asked for. */
  readonly frames?: readonly Frame[] | undefined
  /** Other pictures that belong beside them, such as the mean of several answers, by the ends of their names. */
  readonly beside?: Readonly<Record<string, View>> | undefined
}

/** Items on their way from noise. */
export interface Frame extends View {
  /** From 1 (noise) to 0. */
  readonly time: number
}

/** What can be made of items, known before there are any. */
export interface Makes {
  /** Pictures: of all items together, one of each too, or none. */
  readonly pictures: 'each' | 'together' | 'none'
  readonly texts: boolean
}

/** A model that is ready to draw: what was compiled is kept. Calls may overlap. */
export interface Painter extends Disposable {
  /** How many graphs were compiled so far. */
  readonly compilations: number
  readonly makes: Makes
  /**
   * Draws. `options` are those of the command `sample`, and `count`, `seed`, `batch`.
   *
   * @throws TweedieError `usage` for what makes no sense, before anything is compiled; `interrupted`
   */
  draw(options: OptionValues, watch?: DrawWatch): Promise<Drawn>
  dispose(): void
}

/** How one drawing is watched. */
export interface DrawWatch {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Whether the way there is kept, as {@link Drawn.frames}. */
  readonly frames?: boolean | undefined
}
