/** An open model: it keeps what it compiled, and everything that it can do is a method. */
import { keep } from '../compiled/kept.ts'
import { type NetworkEvaluator, networkEvaluator } from '../compiled/network-evaluator.ts'
import { TweedieError } from '../errors.ts'
import type { ConditionRequest } from '../families/conditions.ts'
import { drawOptions } from '../families/draw-options.ts'
import { drawTogether } from '../families/draw-together.ts'
import type {
  CommandName,
  Drawn,
  DrawWatch,
  ExportedSampler,
  FamilyEntry,
  FamilyModel,
  FieldRequest,
  FieldValues,
  Item,
  ItemBounds,
  Painter,
  Predictions,
  Setting,
} from '../families/family.ts'
import { fileOptions } from '../families/file-options.ts'
import type { guidanceOptions, stepOptions } from '../families/options.ts'
import { abilityOf, type Opened } from '../families/registry.ts'
import { sessionOf } from '../families/session-of.ts'
import type { OptionValues, ValuesOf } from '../options.ts'
import { namedRows, type PredictRows } from './predict-rows.ts'
import { checkRequest } from './request.ts'
import { stoppable } from './stopped.ts'
import { groupsOf } from './together.ts'

/** Options of a method: those of the command of the same name, how it is stopped and watched, and `access` to what it names. */
export type ModelRequest = OptionValues & Pick<Setting, 'signal' | 'onProgress'> & Partial<Pick<Setting, 'access'>>

/** How to draw; other options are those of the model's family, as `tweedie sample --help` lists them. */
export type DrawRequest = Omit<ValuesOf<typeof drawOptions & typeof stepOptions & typeof guidanceOptions>, 'seed'> &
  DrawWatch &
  OptionValues & {
    /** Item i depends on (seed, i) and its class only; default 0. */
    readonly seed?: number | bigint | string | undefined
    /** A class by name or number, several in turn, or `all`. */
    readonly class?: ConditionRequest | undefined
    /** Other conditions of the model by name: vectors, images. */
    readonly condition?: Readonly<Record<string, ConditionRequest>> | undefined
  }

/** An open model. Calls may overlap. */
export interface WarmModel extends Disposable {
  readonly entry: FamilyEntry
  readonly model: FamilyModel
  /** How many graphs were compiled so far; work of the same kind and shapes as before compiles none. */
  readonly compilations: number
  /**
   * Draws samples.
   *
   * @throws TweedieError `usage` for options that make no sense, before anything is compiled; `interrupted` after the
   * signal
   * @example
   * const cats = await painter.draw({ count: 4, class: 'cat', seed: 1 })
   */
  draw(request?: DrawRequest): Promise<Drawn>
  /**
   * Answers for rows of a table: objects by the names of columns, or the path of a file where files are read.
   *
   * @throws TweedieError `usage` if the family cannot, `data` for rows that do not fit
   * @example
   * const { columns } = await model.predict([{ area: 120, town: 'Aa' }], { interval: 0.95 })
   */
  predict(rows: PredictRows, request?: ModelRequest): Promise<Predictions>
  /**
   * Draws what several requests ask for, in one batch where they fit together and the family can, else one
   * after another. Each gets what it gets alone, up to rounding.
   *
   * @throws TweedieError as `draw` does, for all of them
   * @example
   * const [cats, dogs] = await painter.drawAll([{ class: 'cat', seed: 1 }, { class: 'dog', seed: 2, count: 4 }])
   */
  drawAll(
    requests: readonly Omit<DrawRequest, 'signal' | 'onProgress' | 'frames'>[],
    watch?: Pick<DrawWatch, 'signal' | 'onProgress'>,
  ): Promise<readonly Drawn[]>
  /** Walks items up to latents, along the probability flow. @throws TweedieError `usage` if the family cannot */
  encode(item: Item, request?: ModelRequest): Promise<Drawn>
  /** Walks latents down to items. */
  decode(latents: Item, request?: ModelRequest): Promise<Drawn>
  /**
   * What items cost: −log p of each, or what that is at most. Options are those of `tweedie eval` for likelihoods, `class` the items' classes.
   *
   * @throws TweedieError `usage` if the family cannot
   * @example
   * const { bitsPerDim } = await painter.bound('digit.png', { class: '7', terms: 200 })
   */
  bound(items: Item | readonly Item[], request?: ModelRequest): Promise<ItemBounds>
  /**
   * Draws clean items that fit a damaged one.
   *
   * @example
   * await painter.restore(pixels, { task: 'deblur', kernel: 'gaussian:1.5', count: 4 })
   */
  restore(item: Item, request: ModelRequest): Promise<Drawn>
  /** Changes an item, or interpolates between two. */
  edit(item: Item, request?: ModelRequest): Promise<Drawn>
  /** The bytes of an ONNX file of the network; options are those of `tweedie export`. */
  export(request?: ModelRequest): Promise<Uint8Array>
  /**
   * An ONNX file of the network with a sampler around it, noise in and items out, tried beside our own sampling.
   *
   * @throws TweedieError `usage` for a sampler whose steps depend on the data, or if the family cannot
   * @example
   * const { bytes, inputs, trial } = await painter.exportSampler({ sampler: 'dpm++-2m', steps: 20 })
   */
  exportSampler(request?: ModelRequest): Promise<ExportedSampler>
  /**
   * The score of noisy data at some places, and the mean of the clean data behind them.
   *
   * @throws TweedieError `usage` if the family cannot
   * @example
   * const { score } = await painter.field({ points: Float32Array.of(0, 0, 1, 1), time: 0.5 })
   */
  field(request: FieldRequest & Pick<Setting, 'signal'>): Promise<FieldValues>
  /**
   * The bare network: noisy data, times and conditions in, what it predicts out. Disposed of with the model.
   *
   * @throws TweedieError `usage` if the family has not one network that is evaluated in every step
   */
  network(): Promise<Pick<NetworkEvaluator, 'signature' | 'evaluate'>>
  /** Frees compiled graphs once running work has ended. */
  dispose(): void
}

/** Makes a model ready for everything that its family can do. Nothing is compiled before the first call. */
export function warmModel(opened: Opened, setting: Setting): WarmModel {
  const { entry, model } = opened
  let painter: Promise<Painter> | undefined
  let made: Painter | undefined
  let closed = false
  let running = 0
  /** What everything but drawing has compiled. */
  const kept = keep('the model')
  const open = async (): Promise<Painter> => {
    const ability = await abilityOf('draw', opened, setting.own)
    return (made = ability(model, setting))
  }
  const perform = async <T>(
    what: string,
    command: CommandName,
    { signal, onProgress, access = setting.access, ...values }: ModelRequest,
    work: (values: OptionValues, setting: Setting) => Promise<T>,
  ): Promise<T> => {
    if (closed) throw new TweedieError('usage', 'the model was disposed of, and is used again')
    checkRequest(command, values, command === 'export' ? [drawOptions, fileOptions] : [drawOptions], entry, setting.own)
    running++
    return stoppable(what, signal, () =>
      work(values, { ...setting, access, kept, signal, onProgress: onProgress ?? setting.onProgress }),
    ).finally(() => {
      running--
      if (closed && running === 0) free()
    })
  }
  let evaluator: NetworkEvaluator | undefined
  const free = (): void => {
    made?.dispose()
    evaluator?.dispose()
    kept.dispose()
  }
  const dispose = (): void => {
    closed = true
    if (running === 0) free()
  }
  return {
    entry,
    model,
    get compilations() {
      return (made?.compilations ?? 0) + kept.made
    },
    draw: ({ frames, ...request } = {}) =>
      perform('drawing', 'sample', request, async (values, { signal, onProgress }) => {
        painter ??= open()
        return (await painter).draw(values, { signal, onProgress, frames })
      }),
    predict: (rows, request = {}) =>
      perform('the prediction', 'predict', request, async (values, its) => {
        const table = await namedRows(rows, its.access)
        return (await abilityOf('predict', opened, its.own))(model, table, values, its)
      }),
    async drawAll(requests, watch = {}) {
      for (const request of requests) checkRequest('sample', request, [drawOptions], entry, setting.own)
      const all: Drawn[] = []
      for (const group of groupsOf(requests)) {
        const drawn = await perform('drawing', 'sample', watch, async (_, { signal, onProgress }) => {
          painter ??= open()
          return drawTogether(
            await painter,
            group.map(({ request }) => request),
            { signal, onProgress },
          )
        })
        group.forEach(({ index }, i) => (all[index] = drawn[i]!))
      }
      return all
    },
    encode: (item, request = {}) =>
      perform('encoding', 'sample', { ...request, encode: item }, async (values, its) =>
        (await abilityOf('encode', opened, its.own))(model, values, its),
      ),
    decode: (latents, request = {}) =>
      perform('decoding', 'sample', { ...request, decode: latents }, async (values, its) =>
        (await abilityOf('decode', opened, its.own))(model, values, its),
      ),
    bound: (given, { class: asked, ...request } = {}) =>
      perform('the bound', 'eval', request, async (values, its) =>
        (await abilityOf('bound', opened, its.own))(
          model,
          { items: [given].flat() as Item[], class: asked },
          values,
          its,
        ),
      ),
    restore: (item, request) =>
      perform('the restoration', 'restore', request, async (values, its) =>
        (await abilityOf('restore', opened, its.own))(model, item, values, its),
      ),
    edit: (item, request = {}) =>
      perform('the edit', 'edit', request, async (values, its) =>
        (await abilityOf('edit', opened, its.own))(model, item, values, its),
      ),
    export: (request = {}) =>
      perform('the export', 'export', request, async (values, its) =>
        (await abilityOf('export', opened, its.own))(model, values, its),
      ),
    exportSampler: (request = {}) =>
      perform('the export', 'export', { ...request, oneFile: 'sampler.onnx' }, async (values, its) =>
        (await abilityOf('exportSampler', opened, its.own))(model, values, its),
      ),
    field: ({ signal, ...request }) =>
      perform('the field', 'sample', { signal }, async (_, its) =>
        (await abilityOf('field', opened, its.own))(model, request, its),
      ),
    async network() {
      const { part } = (await abilityOf('network', opened, setting.own))(model)
      const { signature, evaluate } = (evaluator ??= networkEvaluator(part, setting.engine, sessionOf(setting)))
      return {
        signature,
        evaluate: (inputs, { signal } = {}) =>
          perform('the evaluation', 'sample', { signal }, () => evaluate(inputs, signal ? { signal } : {})),
      }
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}
