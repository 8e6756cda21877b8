/**
 * What everybody outside this wing knows of a family of models. A family is one folder: what data it takes, its defaults and its
 * training problem, how its models lie in folders, its options, and what it can do (its abilities). Commands, servers and pages ask
 * for an ability; nobody asks which kind a model is.
 */
import type { Kept } from '../compiled/kept.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import type { ModelFolder, ModelFolderInput } from '../files/io/model-folder.ts'
import type { GridOptions } from '../files/io/raster.ts'
import type { TweedieMeta } from '../files/io/tweedie-meta.ts'
import type { OptionTable, OptionValues } from '../options.ts'
import type { DataReaders } from '../files/data/reader.ts'
import type { pictureFits } from './choices.ts'
import type { Drawn, Painter, Progress } from './drawn.ts'
import type { Store } from '../tools/eval/store.ts'
import type { TrainData, TrainProblem } from '../tools/train/problem.ts'
import type { BaseSpec } from '../tools/train/spec.ts'
import type { OwnComponents } from './own-parts.ts'

/** The user's own parts, as values. */
export interface OwnParts extends OwnComponents {
  /** Families beside those of the registry, asked first. */
  readonly families?: readonly FamilyEntry[] | undefined
  /** Readers of data, by name, asked before those of the library. */
  readonly readers?: DataReaders | undefined
}

export type * from './drawn.ts'

/** A model in memory, as far as it is the same for all families. */
export interface FamilyModel {
  /** The name of its family. */
  readonly family: string
  /** The classes that it can be asked for, by their numbers; none for an unconditional model. */
  readonly classNames: readonly string[]
  readonly meta: TweedieMeta
}

declare const model: unique symbol

/** A specification that leads to this kind of model; the mark is for types alone. */
export interface SpecFor<Model> extends BaseSpec {
  /** The name of the family; those of before have none. */
  readonly family?: string
  readonly [model]?: Model
}

/** The commands that a family may have options for. */
export type CommandName = 'train' | 'sample' | 'eval' | 'restore' | 'edit' | 'export'

/** What is known of a family without loading it: enough for help, and to find the family of a model or of data. */
export interface FamilyEntry {
  /** The tag in `tweedie.json`. */
  readonly name: string
  /** What its models are of, to go behind "models of": `images, points and other numbers`. */
  readonly of: string
  /** Its options by command; those that all families have are the command's own. */
  readonly options: { readonly [Command in CommandName]?: OptionTable }
  /** Whether it is the family of data and options where none is named. Families are asked in the order of the registry. */
  accepts(data: TrainData, options: OptionValues): boolean
  /** Whether a folder, or a specification, that was written before families had names is of this one. */
  wrote?(meta: TweedieMeta): boolean
  wroteSpec?(spec: object): boolean
  load(): Promise<Family>
}

/** A family. Methods are only ever given what the same family made. */
export interface Family<
  Spec extends BaseSpec = BaseSpec,
  Data extends TrainData = TrainData,
  Model extends FamilyModel = FamilyModel,
> {
  readonly name: string

  /**
   * The specification of a training run: defaults, and what the options change.
   *
   * @throws TweedieError `usage` for options that contradict each other, the data, or have no effect
   */
  specOf(data: Data, options: OptionValues, own: OwnParts): Spec
  /** A specification that was read from a file, checked. @throws TweedieError `model` */
  parseSpec(value: unknown, source: string): Spec
  /** A run in words, for the report before training. */
  explain(spec: Spec, data: Data, own: OwnParts): readonly Row[]
  /** A loss in words, where more is to be said than the number. */
  lossText?(spec: Spec, loss: number): string
  /**
   * The options under which a model is trained further on data: its network, noise, and what it predicts.
   *
   * @throws TweedieError `usage` where that makes no sense
   */
  further?(model: Model, data: Data, options: OptionValues): OptionValues
  /** What is drawn while a model learns; by default what `draw` does unless told otherwise. */
  preview?(model: Model): Preview
  /** @throws TweedieError `usage`, `shape` or `model` where specification and data do not go together */
  problem(spec: Spec, data: Data, own: OwnParts): TrainProblem<Model>
  /** The model of a folder's content. @throws TweedieError `model` where parts do not fit together */
  read(folder: ModelFolder, own: OwnParts): Model
  /** What is written to a folder; the inverse of {@link read}. */
  write(model: Model): ModelFolderInput
  /** What `info` says of it. */
  describe(model: Model): Description

  /** The samplers that its models are drawn with, if they are its own. */
  samplers?(): SamplerList
  /** Trains a classifier of noisy data, which samples can be guided by. */
  trainClassifier?(data: Data, options: ClassifierOptions, setting: ClassifierSetting): Promise<TrainedClassifier>

  /** What else it can do. */
  readonly can: Abilities<Model>
}

/** What is drawn while a model learns. */
export interface Preview {
  /** For {@link Painter.draw}, besides the seed. */
  readonly options: OptionValues
  readonly layout?: GridOptions | undefined
}

/** How a classifier of noisy data is trained. */
export interface ClassifierOptions {
  readonly steps: number
  readonly batch: number
  readonly rate: number
  readonly seed: number
}

/** Where. */
export interface ClassifierSetting extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly engine: Engine
  readonly signal?: AbortSignal | undefined
  readonly onStep?: ((step: number, total: number, loss: number) => void) | undefined
}

/** A classifier, ready to be written. */
export interface TrainedClassifier {
  /** Of a safetensors file. */
  readonly bytes: Uint8Array
  readonly classNames: readonly string[]
  /** The share of items that it recognises, by the noise over the data. */
  readonly accuracy: readonly { readonly noise: number; readonly rate: number }[]
}

/** What a family may be able to do with a model. What is missing is an error that says which families have it. */
export interface Abilities<Model> {
  /** Draws samples, again and again without compiling twice. */
  draw?(model: Model, setting: Setting): Painter
  /** Judges a model; `options` are those of the command `eval`. */
  evaluate?(model: Model, options: OptionValues, setting: Setting): Promise<Judgement>
  /** Walks items up to latents along the probability flow, or latents down; `options` are those of `sample`. */
  encode?(model: Model, options: OptionValues, setting: Setting): Promise<Drawn>
  decode?(model: Model, options: OptionValues, setting: Setting): Promise<Drawn>
  /** Draws what a damaged item could have been. */
  restore?(model: Model, item: Item, options: OptionValues, setting: Setting): Promise<Drawn>
  /** Changes an item, or walks from one to another. */
  edit?(model: Model, item: Item, options: OptionValues, setting: Setting): Promise<Drawn>
  /** The bytes of an ONNX file. */
  export?(model: Model, options: OptionValues, setting: Setting): Promise<Uint8Array>
  /** The bytes of a safetensors file with inputs of the network and what it makes of them. */
  reference?(model: Model, options: OptionValues, setting: Setting): Promise<Uint8Array>
}

/** The name of an ability. */
export type Ability = keyof Abilities<never>

/** What an ability works with. */
export interface Setting extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly engine: Engine
  readonly own: OwnParts
  /** Whatever is named in options and lies elsewhere: files, other models, data. */
  readonly access: Access
  /** What was compiled by earlier work on the same model, and stays for later; without it, everything is compiled for this work alone. */
  readonly kept?: Kept | undefined
  /** Beside the model: what need not be measured twice. */
  readonly store: Store
  /** What made a file, to be written into it: the version, the model's place. */
  readonly provenance: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Remarks for people, such as "variances measured on glyphs". */
  readonly onRemark?: ((text: string) => void) | undefined
}

/** What is named in options and lies elsewhere. In Node: paths. */
export interface Access {
  /** @throws TweedieError of this code, by default `model`, where there is no such file */
  bytes(name: string, code?: 'data' | 'model'): Promise<Uint8Array>
  /** A picture as numbers of the wanted shape in [−1, 1]. @throws TweedieError `data` for one that does not fit */
  picture(name: string, wanted: WantedPicture): Promise<Float32Array>
  /** Another model of the same family. @throws TweedieError `model`, or `usage` for one of another family */
  model(name: string): Promise<FamilyModel>
  /**
   * The data that the model was trained on, or others by name, as the model takes them.
   *
   * @throws TweedieError `usage` where it is not known what the model was trained on; `data` for what cannot be read
   */
  data(name?: string): Promise<DataParts>
  /**
   * All of other data, as the model takes them, to judge it by.
   *
   * @throws TweedieError `data` for what cannot be read
   */
  unseen(name: string): Promise<TrainData>
}

/** How a picture is to be read. */
export interface WantedPicture {
  /** `[channels, height, width]`. */
  readonly shape: readonly number[]
  /** Why it has to have that shape, for the refusal of another: `the model makes such pictures`. */
  readonly why: string
  /** How a picture of another size is made to fit; by default it is refused. */
  readonly fit?: (typeof pictureFits)[number] | undefined
  /** Which values are −1 and 1, where they are no bytes: for pictures that have more bits than bytes. */
  readonly range?: readonly [number, number] | undefined
}

/** An item to restore or to edit: a name that {@link Access} reads, or its values as the model has them ([−1, 1] for images). */
export type Item = string | Float32Array

/** Data, as they were cut up for training. */
export interface DataParts {
  /** What the model learned from; of data by another name, all of them. */
  readonly train: TrainData
  /** What was kept out of training, if anything was. */
  readonly heldOut?: TrainData | undefined
  /** Other items of the same kind, as far as a source can make more: built-in data can. */
  readonly more?: (() => Promise<TrainData>) | undefined
}

/** Samplers for people, as a table, and for programs. */
export interface SamplerList {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly facts: readonly Readonly<Record<string, unknown>>[]
}

/** A line of a table for people; left out without a value. */
export type Row = readonly [name: string, value: string | undefined]

/** The same for machines and for people. */
export interface Description {
  readonly facts: Readonly<Record<string, unknown>>
  readonly rows: readonly Row[]
}

/** What an evaluation found. */
export interface Judgement {
  readonly facts: Readonly<Record<string, unknown>>
  readonly text: string
  /** What makes the figures less than they seem. */
  readonly remarks: readonly string[]
  /** How they were made, in a few words: `seed 0, dpm++-2m, 20 steps`. */
  readonly howText: string
}
