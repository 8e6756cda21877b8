/** What a worker says about engines, data, models, drawn items and runs: plain data. */
import type { Ability, Description, Makes } from '../../../families/family.ts'
import type { AnyDataset } from '../../../files/data/any-dataset.ts'
import type { NdArray } from '../../../files/data/nd-array.ts'
import type { DataInput } from '../../../files/data/web/data-input.ts'
import type { Raster } from '../../../files/io/raster.ts'
import type { TweedieMeta } from '../../../files/io/tweedie-meta.ts'
import type { LoopEvent } from '../../../tools/train/loop.ts'
import type { BaseSpec } from '../../../tools/train/spec.ts'

/** Something that lies in the worker. */
export type Handle = number

/** Option values that may cross: numbers, texts, arrays. */
export type PlainOptions = Readonly<Record<string, unknown>>

/** How the engine is made: options of `webEngine` that are plain. */
export interface EngineWish {
  /** The folder of the runtime's files, by its URL. */
  readonly assets?: string | undefined
  /** The URL of the runtime's module. */
  readonly ort?: string | undefined
  readonly device?: string | undefined
  readonly access?: 'heap' | 'api' | undefined
  readonly threads?: number | undefined
}

/** What the engine is. */
export interface EngineFacts {
  readonly name: string
  readonly device: string
  readonly threads: number
  /** Whether the page is cross-origin isolated: without it there is one thread. */
  readonly isolated: boolean
  /** What was chosen and why, a sentence. */
  readonly why: string
}

/** Data in the worker. */
export interface DataFacts {
  readonly name: string
  readonly kind: AnyDataset['kind']
  /** The shape of an item. */
  readonly shape: readonly number[]
  readonly length: number
  readonly classNames: readonly string[]
  /** How many items are held out. */
  readonly heldOut: number
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly remarks: readonly string[]
}

/** Items of data: `values` as they are stored, with their classes and, of images, their pictures. */
export interface DataItems {
  readonly values: NdArray
  readonly labels?: Int32Array | undefined
  readonly pictures?: readonly Raster[] | undefined
  readonly texts?: readonly string[] | undefined
}

/** An option, for forms that are made of tables. */
export interface PlainOption {
  readonly name: string
  readonly flags: string
  readonly help: string
  readonly group?: string | undefined
  readonly default?: unknown
}

/** A model in the worker. */
export interface ModelFacts {
  readonly family: string
  /** The text behind "models of": `images, points and other numbers`. */
  readonly of: string
  readonly classNames: readonly string[]
  readonly meta: TweedieMeta
  readonly description: Description
  readonly can: readonly Ability[]
  /** Options of `draw`, `restore`, `edit` and `export`. */
  readonly options: Readonly<Record<'sample' | 'restore' | 'edit' | 'export', readonly PlainOption[]>>
  /** What was chosen or ignored while reading, a sentence each. */
  readonly remarks: readonly string[]
}

/** Items that a model made, as plain data. */
export interface PlainDrawn {
  readonly count: number
  /** `[count, ...item]`. */
  readonly shape: readonly number[]
  readonly classes?: readonly string[] | undefined
  /** What decided the result: sampler, steps, seed, … */
  readonly how: Readonly<Record<string, unknown>>
  readonly howText: string
  /** float32: images of bytes in [−1, 1], everything else in the units of the data. */
  readonly values: NdArray
  readonly makes: Makes['pictures']
  /** A picture of each item, or one of all where `makes` is `together`. */
  readonly pictures: readonly Raster[]
  readonly texts?: readonly string[] | undefined
  /** The way from noise, step by step, if `frames` was set. */
  readonly frames?: readonly PlainFrame[] | undefined
  /** Other pictures that belong beside them, such as `mean` and `std` of several answers. */
  readonly beside: Readonly<Record<string, Raster>>
}

/** Items on their way from noise. */
export interface PlainFrame {
  /** From 1 (noise) to 0. */
  readonly time: number
  readonly pictures: readonly Raster[]
  readonly values?: NdArray | undefined
  readonly texts?: readonly string[] | undefined
}

/** How far long work is. */
export interface PlainProgress {
  readonly phase: string
  readonly done: number
  readonly total: number
  readonly unit?: string | undefined
  readonly step?: { readonly index: number; readonly total: number; readonly time: number } | undefined
  /** The present state, of every so many steps as `preview` says. */
  readonly picture?: Raster | undefined
  readonly texts?: readonly string[] | undefined
}

/** The score of noisy data at some places, and what the model thinks is behind them. */
export interface FieldValues {
  /** E[x₀ | x_t] at each place, in the units of the data. */
  readonly denoised: Float32Array
  /** ∇ log p_t there, per unit of the data. */
  readonly score: Float32Array
}

/** How a run is trained. */
export interface TrainAsk {
  /** Data in the worker, or where they come from. */
  readonly data: Handle | DataInput
  /** Options of `tweedie train` by their names, those of data too: `steps`, `rate`, `widths`, `size`, … */
  readonly options?: PlainOptions | undefined
  /** The name under which the run is kept; without one it lives in memory alone. */
  readonly name?: string | undefined
  /** Start over where there is a run of this name. */
  readonly force?: boolean | undefined
  /** A model whose weights training begins with. */
  readonly from?: Handle | undefined
  readonly logEvery?: number | undefined
  readonly checkpointEvery?: number | undefined
  /** Wait before the first step. */
  readonly paused?: boolean | undefined
}

/** What happens in training. */
export type RunEvent =
  | {
      readonly type: 'report'
      readonly spec: BaseSpec
      readonly items: number
      readonly data: DataFacts
      /** Every choice that was made, for people. */
      readonly rows: readonly (readonly [name: string, value: string])[]
    }
  | { readonly type: 'remark'; readonly text: string }
  | { readonly type: 'ready'; readonly step: number; readonly parameters: number; readonly memory: number }
  | Extract<LoopEvent, { readonly type: 'plan' | 'log' | 'held-out' }>
  /** A step, without what cannot leave the worker. */
  | Omit<Extract<LoopEvent, { readonly type: 'step' }>, 'model' | 'kept' | 'checkpoint'>
  /** The run is kept up to this step: a closed tab loses nothing before it. `kept` is false where there is no storage. */
  | { readonly type: 'checkpoint'; readonly step: number; readonly kept: boolean }
  | { readonly type: 'paused' | 'resumed'; readonly step: number }
  | { readonly type: 'end'; readonly reason: 'finished' | 'stopped'; readonly step: number; readonly seconds: number }

/** The end of a run. */
export type RunEnd = Extract<RunEvent, { readonly type: 'end' }>

/** A run that is kept. */
export interface KeptRun {
  readonly name: string
  /** Steps made at the last checkpoint; undefined before the first. */
  readonly step: number | undefined
  readonly spec: BaseSpec
  readonly data: string
  /** Whether a tab trains it now. */
  readonly busy: boolean
  /** Milliseconds since 1970. */
  readonly saved: number
  readonly bytes: number
}
