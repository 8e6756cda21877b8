/**
 * Items that a model makes: their pictures and texts, the settings that made them, progress, and painters that draw
 * again and again.
 */
import type { TableCells } from '../files/data/formats/write-csv.ts'
import type { NdArray } from '../files/data/nd-array.ts'
import type { PictureAttention } from '../files/show/attention-picture.ts'
import type { GridOptions, Raster } from '../files/io/raster.ts'
import type { TerminalColors } from '../files/io/terminal.ts'
import type { OptionValues } from '../options.ts'

/** The progress of long work. */
export interface Progress {
  /** What is being done: `sample`, `training a classifier`. */
  readonly phase: string
  readonly done: number
  readonly total: number
  /**
   * What `done` and `total` count, in the plural: `images`, `steps`; left out if the numbers alone mean nothing to
   * people.
   */
  readonly unit?: string | undefined
  /** A preview, if there is one: `time` falls from 1 (noise) to 0. */
  /** The step that was just made: of `total`; `time` falls from 1 (noise) to 0; `view` shows the present state. */
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

/** Items as pictures and texts, for people. */
export interface View {
  /** A picture of all of them; left out if they cannot be shown. */
  raster?(layout?: GridOptions): Raster
  /** Each as text; left out if they are not text. */
  texts?(): readonly string[]
  /** As cells of a table; left out if they are no rows of one. */
  table?(): TableCells
  /** The picture for a terminal, if it is not simply the raster made smaller. */
  preview?(options: PreviewOptions): string
}

/** What a terminal shows. */
export interface PreviewOptions extends Pick<GridOptions, 'columns'> {
  readonly colors: TerminalColors
  /** Characters in a line. */
  readonly width: number
}

/** A format of files that some items have besides pictures, texts and arrays. */
export interface ItemFormat {
  /** Whether one file holds any number of items; otherwise there is a file to each. */
  readonly several: boolean
  /** The bytes of a file of some of the items: of one, unless it holds several. */
  bytes(first: number, count: number, layout: GridOptions): Uint8Array
}

/** Items that were made. */
export interface Drawn extends View {
  readonly count: number
  /** `[count, ...item]`. */
  readonly shape: readonly number[]
  /** The class of each, where there are classes. */
  readonly classes?: readonly string[] | undefined
  /** The text that each was asked for by, if it was. */
  readonly captions?: readonly string[] | undefined
  /**
   * What decided the result, as JSON: sampler, steps, seed, …; it is written into files, so that they record how they
   * were made.
   */
  readonly how: Readonly<Record<string, unknown>>
  /** The same in a few words: `seed 0, dpm++-2m, 20 steps`. */
  readonly howText: string
  /** The values, as a `.npy` file has them. */
  array(): NdArray
  /** Further formats, by the extension of the file: `.ply`; those that the family's `formats` names. */
  readonly formats?: Readonly<Record<string, ItemFormat>> | undefined
  /** Those of {@link formats} that a folder has of each item, besides its picture. */
  readonly eachAs?: readonly string[] | undefined
  /** A part of them: `count` items from `first` on. */
  part(first: number, count: number): View
  /** The trajectory, step by step, if `frames` was set. */
  readonly frames?: readonly Frame[] | undefined
  /** Where the network looked at each word of the prompt, for each item, if `attention` was set; `beside.attention` is its picture. */
  readonly attention?: readonly PictureAttention[] | undefined
  /** Other pictures that belong beside them, such as the mean of several answers, by the suffixes of their names. */
  readonly beside?: Readonly<Record<string, View>> | undefined
}

/** Items on their way from noise. */
export interface Frame extends View {
  /** From 1 (noise) to 0. */
  readonly time: number
  /** The values, as {@link Drawn.array} has them, where they are numbers. */
  array?(): NdArray
  /** A part of them. */
  part?(first: number, count: number): View
}

/** The formats of items, known before any is drawn. */
export interface Makes {
  /** Pictures: of all items together, one of each too, or none. */
  readonly pictures: 'each' | 'together' | 'none'
  readonly texts: boolean
  /** Tables: one of all items together, or one of each too; left out if they are no tables. */
  readonly tables?: 'each' | 'together' | undefined
}

/** A model that is ready to draw: what was compiled is kept. Calls may overlap. */
export interface Painter extends Disposable {
  /** How many graphs were compiled so far. */
  readonly compilations: number
  readonly makes: Makes
  /**
   * Draws. `options` are those of the command `sample`, and `count`, `seed`, `batch`.
   *
   * @throws TweedieError `usage` for options that make no sense, before anything is compiled; `interrupted`
   */
  draw(options: OptionValues, watch?: DrawWatch): Promise<Drawn>
  /**
   * Draws what several requests ask for in one go: each gets what it gets alone. They differ in `count`, `seed`, `class` and `prompt` only.
   * Left out by painters that cannot.
   *
   * @throws TweedieError as `draw` does
   */
  drawTogether?(requests: readonly OptionValues[], watch?: DrawWatch): Promise<readonly Drawn[]>
  /** Frees what no draw uses now, and compiles it again for the next one; left out by painters that keep little. */
  release?(): void
  dispose(): void
}

/** How one drawing is watched. */
export interface DrawWatch {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Whether the trajectory is kept, as {@link Drawn.frames}. */
  readonly frames?: boolean | undefined
}
