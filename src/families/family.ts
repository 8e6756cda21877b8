/**
 * The interface of a family of models. A family is one folder: the data it accepts, its defaults and its training
 * problem, how its models are stored, its options, and what it can do (its abilities). Other code asks whether a family
 * has an ability, never which family it is.
 */
import type { AutoencoderWeights } from '../compiled/autoencoder.ts'
import type { TextEncoderWeights } from '../compiled/text-encoder.ts'
import type { WordEncoder } from '../compiled/words.ts'
import type { CaptionTokenizer } from '../files/text/caption-tokenizer.ts'
import type { Kept } from '../compiled/kept.ts'
import type { NetworkWeights } from '../compiled/network-graph.ts'
import type { Network } from '../engine/nn/network.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import type { ModelFolder, ModelFolderInput } from '../files/io/model-folder.ts'
import type { GridOptions } from '../files/io/raster.ts'
import type { TweedieMeta } from '../files/io/tweedie-meta.ts'
import type { OptionTable, OptionValues } from '../options.ts'
import type { NamedColumns } from '../files/data/formats/table-columns.ts'
import type { DataReaders } from '../files/data/reader.ts'
import type { Access, Item } from './access.ts'
import type {
  AskedItems,
  AssimilationData,
  Description,
  ExportedSampler,
  FieldRequest,
  FieldValues,
  ItemBounds,
  Judgement,
  Predictions,
  Row,
  SamplerList,
} from './answers.ts'
import type { FamilyModel } from './family-model.ts'
import type { Drawn, Makes, Painter, Progress } from './drawn.ts'
import type { Ensemble } from './ensemble.ts'
import type { Store } from '../tools/eval/store.ts'
import type { Shards } from '../tools/shards/shards.ts'
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

export type * from './access.ts'
export type * from './answers.ts'
export type * from './drawn.ts'
export type * from './family-model.ts'

/** The commands that a family may have options for. */
export type CommandName = 'train' | 'sample' | 'predict' | 'eval' | 'restore' | 'edit' | 'export' | 'assimilate'

/** Why something is refused, behind its name: `has no meaning here: …`. */
export interface Refusal {
  readonly why: string
  readonly hint?: string | undefined
}

/** The facts about a family that need no loading: enough for help, and to find the family of a model or of data. */
export interface FamilyEntry {
  /** The tag in `tweedie.json`. */
  readonly name: string
  /** The text behind "models of": `images, points and other numbers`. */
  readonly of: string
  /** Its options by command; options that all families have belong to the command. */
  readonly options: { readonly [Command in CommandName]?: OptionTable }
  /** Why options that other families have, and abilities that it lacks, mean nothing to its models, by name: for the refusal. */
  readonly refusals?: Readonly<Record<string, Refusal>> | undefined
  /** Names that its option `network` knows, besides the classes of networks; anything else is a file. */
  readonly networks?: readonly string[]
  /** Whether it is the default family for these data and options. Families are asked in the order of the registry. */
  accepts(data: TrainData, options: OptionValues): boolean
  /** Whether an older folder, or specification, without the name of a family belongs to this one. */
  wrote?(meta: TweedieMeta): boolean
  wroteSpec?(spec: object): boolean
  load(): Promise<Family>
}

/** Makes the model of a folder's content. @throws TweedieError `model` where parts do not fit together */
export type ModelReader<Model = FamilyModel> = (folder: ModelFolder, own: OwnParts) => Model

/** Such a function that is loaded when it is asked for. */
export interface LaterReader<Model = FamilyModel> {
  load(): Promise<ModelReader<Model>>
}

/** What may be answered at once, or when the code for it is loaded: callers wait for it. */
export type Later<T> = T | Promise<T>

/**
 * A family. Its methods only get models, specifications and problems that the same family made. Those whose result is {@link Later} may
 * load their code when they are called, so that a page waits for nothing that it does not use.
 */
export interface Family<
  Spec extends BaseSpec = BaseSpec,
  Data extends TrainData = TrainData,
  Model extends FamilyModel = FamilyModel,
> {
  readonly name: string

  /**
   * The data as models are trained on them, with what else training needs: codes by another model, a teacher. It comes before
   * {@link specOf} and {@link problem}, which get its result. By default data are used as they are.
   *
   * @param wanted the options of a new run, or the specification of one that goes on
   * @throws TweedieError `usage` or `model` where what they name is missing or does not fit
   */
  prepare?(data: TrainData, wanted: Wanted<Spec>, setting: PrepareSetting): Promise<Data>
  /**
   * The specification of a training run: defaults, and what the options change.
   *
   * @throws TweedieError `usage` for options that contradict each other, the data, or have no effect
   */
  specOf(data: Data, options: OptionValues, own: OwnParts): Later<Spec>
  /** A specification that was read from a file, checked. @throws TweedieError `model` */
  parseSpec(value: unknown, source: string): Later<Spec>
  /** A run in words, for the report before training. */
  explain(spec: Spec, data: Data, own: OwnParts): Later<readonly Row[]>
  /** A loss in words, if the number needs more explanation. */
  lossText?(spec: Spec, loss: number): string
  /**
   * The options under which a model is trained further on data: its network, noise, and what it predicts.
   *
   * @throws TweedieError `usage` if that makes no sense
   */
  further?(model: Model, data: Data, options: OptionValues): Later<OptionValues>
  /**
   * The options under which a model of this family begins with the weights of another family's model.
   *
   * @throws TweedieError `usage` for a model whose weights make no sense here
   */
  beginWith?(other: FamilyModel, data: Data, options: OptionValues): OptionValues
  /** What to draw while a model is trained; by default `draw` with its defaults. */
  preview?(model: Model): Preview
  /** @throws TweedieError `usage`, `shape` or `model` where specification and data do not fit together */
  problem(spec: Spec, data: Data, own: OwnParts): Later<TrainProblem<Model>>
  /** The model of a folder's content. Training does without it, so it may be loaded when it is asked for. */
  readonly read: ModelReader<Model> | LaterReader<Model>
  /** The content of the model's folder; the inverse of {@link read}. */
  write(model: Model): Later<ModelFolderInput>
  /** The description that `info` prints. */
  describe(model: Model): Later<Description>

  /** The samplers of its models, if it has its own. */
  samplers?(): SamplerList | Promise<SamplerList>
  /** Trains a classifier of noisy data, which samples can be guided by. */
  trainClassifier?(data: Data, options: ClassifierOptions, setting: ClassifierSetting): Promise<TrainedClassifier>

  /** The formats of what {@link Abilities.restore} gives; left out: pictures. */
  restored?(model: Model): Makes
  /** Extensions of files, such as `.ply`, that items of a model are written as, besides pictures, texts and arrays. */
  formats?(model: Model): readonly string[]

  /** Its other abilities. */
  readonly can: Abilities<Model>
  /** Why it has not an ability that people may expect, and what to do instead: a hint. */
  readonly lacks?: { readonly [Name in Ability]?: string }
}

/** A new run, or one that goes on. */
export type Wanted<Spec> = (
  | { readonly options: OptionValues; readonly spec?: undefined }
  | { readonly spec: Spec; readonly options?: undefined }
) & {
  /** The prepared data of training, where held-out items are prepared to be judged: what is found from data is found from these. */
  readonly beside?: TrainData | undefined
}

/** The surroundings in which data are prepared. */
export interface PrepareSetting extends Pick<
  Setting,
  'engine' | 'device' | 'threads' | 'own' | 'signal' | 'onProgress' | 'onRemark'
> {
  /**
   * Opens another model: by the path of its folder in Node, or a model in memory.
   *
   * @throws TweedieError `model` if there is none, `usage` for a name where nothing is read by name
   */
  open(model: unknown): Promise<OtherModel>
  /**
   * An autoencoder that lies alone in a folder, or in one that is no model of ours, by the folder's path; undefined where it holds a
   * whole model, and for anything but a path.
   */
  autoencoder(model: unknown): Promise<OtherAutoencoder | undefined>
  /**
   * Text encoders that read a text side by side, each with its tokeniser if that lies beside it: by a folder's path in Node, or in memory, one or several.
   *
   * @throws TweedieError `model` if there is none, `usage` for a name where nothing is read by name
   */
  textEncoders(source: unknown): Promise<OtherTextEncoders>
  /** A cache beside a model, by the path of its folder; none where nothing lies on a disk. */
  store?(path: string): Store
  /** The text encoders of a run some of whose weights change while training: nothing is worked out by them before. */
  changing?(encoders: readonly WordEncoder[]): readonly WordEncoder[]
  /** A tokeniser of captions: by the path of its folder or its file in Node, or in memory. @throws TweedieError as `textEncoders` */
  tokenizer(source: unknown): Promise<OtherTokenizer>
}

/** Text encoders from elsewhere: one, or several that lie in one folder. */
export interface OtherTextEncoders {
  readonly encoders: readonly (TextEncoderWeights & { readonly tokenizer?: CaptionTokenizer | undefined })[]
  /** The absolute path of its folder; none in memory. */
  readonly path: string | undefined
}

/** A tokeniser from elsewhere. */
export interface OtherTokenizer {
  readonly tokenizer: CaptionTokenizer
  readonly path: string | undefined
}

/** An autoencoder without anything else: neither data nor a law of them. */
export interface OtherAutoencoder extends Pick<OtherModel, 'path' | 'store'> {
  readonly part: AutoencoderWeights
}

/** Another model that training needs. */
export interface OtherModel {
  readonly family: Family
  readonly model: FamilyModel
  /** What a specification calls it: the absolute path of its folder; a model in memory has none. */
  readonly path: string | undefined
  /** A cache beside it. */
  readonly store: Store
}

/** What to draw while a model is trained. */
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

/**
 * Abilities: what a family may be able to do with a model. Using a missing one is an error that names the families that
 * have it.
 */
export interface Abilities<Model> {
  /** Draws samples, again and again without compiling twice. */
  draw?(model: Model, setting: Setting): Painter
  /** Judges a model; `options` are those of the command `eval`. */
  evaluate?(model: Model, options: OptionValues, setting: Setting): Promise<Judgement>
  /** What items cost, each: −log p, or what that is at most; `options` are those of `eval` for likelihoods. */
  bound?(model: Model, asked: AskedItems, options: OptionValues, setting: Setting): Promise<ItemBounds>
  /** Answers for rows of a table; `options` are those of `predict`. @throws TweedieError `data` for rows that do not fit */
  predict?(model: Model, rows: NamedColumns, options: OptionValues, setting: Setting): Promise<Predictions>
  /** Walks items up to latents along the probability flow, or latents down; `options` are those of `sample`. */
  encode?(model: Model, options: OptionValues, setting: Setting): Promise<Drawn>
  decode?(model: Model, options: OptionValues, setting: Setting): Promise<Drawn>
  /** Draws clean items that fit a damaged one. */
  restore?(model: Model, item: Item, options: OptionValues, setting: Setting): Promise<Drawn>
  /** Changes an item, or walks from one to another. */
  edit?(model: Model, item: Item, options: OptionValues, setting: Setting): Promise<Drawn>
  /** Draws trajectories of fields that agree with observations. */
  assimilate?(model: Model, data: AssimilationData, options: OptionValues, setting: Setting): Promise<Ensemble>
  /** The score of noisy data at some places. */
  field?(model: Model, request: FieldRequest, setting: Setting): Promise<FieldValues>
  /** The bytes of an ONNX file. */
  export?(model: Model, options: OptionValues, setting: Setting): Promise<Uint8Array>
  /** The bytes of an ONNX file with the sampler around the network: noise in, items out. */
  exportSampler?(model: Model, options: OptionValues, setting: Setting): Promise<ExportedSampler>
  /** The network that is evaluated in every step of its samplers. */
  network?(model: Model): NetworkPlace<Model>
  /** The bytes of a safetensors file with inputs and outputs of the network. */
  reference?(model: Model, options: OptionValues, setting: Setting): Promise<Uint8Array>
}

/** A network in a model. */
export interface NetworkPlace<Model = FamilyModel> {
  readonly part: NetworkWeights
  /** The same model with another network in its place, of the same shapes. */
  with(network: Network): Model
}

/** The name of an ability. */
export type Ability = keyof Abilities<never>

/** The surroundings of an ability: engine, store, files. */
export interface Setting extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly engine: Engine
  readonly own: OwnParts
  /** Access to everything that options name: files, other models, data. */
  readonly access: Access
  /** Graphs compiled by earlier work on the same model; without it, everything is compiled for this work alone. */
  readonly kept?: Kept | undefined
  /** A cache beside the model, for results that need not be computed twice. */
  readonly store: Store
  /** Facts to write into files: the version, the model's path. */
  readonly provenance: Readonly<Record<string, string>>
  /** The batches that this process computes, where it is one of several that share the work; left out: all of them. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Remarks for people, such as "variances measured on glyphs". */
  readonly onRemark?: ((text: string) => void) | undefined
}
