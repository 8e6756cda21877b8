/** What `tweedie eval` does. */
import { basename } from 'node:path'
import { TweedieError } from '../errors.ts'
import { evaluateModel, formatReport, onnxFeatures } from '../eval.ts'
import type { EvalPhase, FeatureNetwork, Store } from '../eval.ts'
import { folderStore } from '../tools/eval/node/folder-store.ts'
import { readBytes } from '../files/io/node/files.ts'
import type { Model } from '../families/values/model.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { duration, note, print, printJson, sessionOptions, startProgress } from './common.ts'
import type { Progress, Verbosity } from './common.ts'
import { openHeldOut, sourceOf } from './eval-data.ts'
import type { EvalCommandOptions } from './eval.ts'
import { openData } from './open-data.ts'
import { chooseGuidance } from './guidance-choice.ts'
import { openModel } from './open-model.ts'
import { measuredSampler } from './sampler-analytic.ts'
import { chooseSampler, needsData, stepsText } from './sampler-choice.ts'
import { interruptible } from './watched.ts'

/** Draws samples, judges them and prints the report. */
export async function runEval(path: string, options: EvalCommandOptions): Promise<void> {
  const { count, classes, seed, batch, clip } = options
  const model = await openModel(path)
  const { sampler: chosen, times, steps } = chooseSampler(model, options)
  const guidance = await chooseGuidance(model, options)
  const engine = await nodeEngine()
  const features = options.features === undefined ? undefined : await openFeatures(options, model, engine)
  const source = await sourceOf(path, model, options)

  const sampler = needsData(chosen)
    ? await interruptible('the evaluation', (signal) =>
        measuredSampler(chosen, path, model, times, { ...options, signal }),
      )
    : chosen
  const begin = performance.now()
  const report = await interruptible('the evaluation', async (signal) => {
    using progress = phases(options)
    const dataset = await openData(source, { ...options, signal })
    const heldOut = await openHeldOut(source, model, options, signal)
    return await evaluateModel(model, dataset, engine, {
      count,
      classes,
      seed,
      batch,
      clip,
      guidance,
      sampler,
      times,
      features,
      heldOut,
      signal,
      store: lenient(folderStore(path), options),
      onProgress: progress.update,
      ...sessionOptions(options),
    })
  })

  const seconds = (performance.now() - begin) / 1000
  if (options.json) {
    const how = {
      seed,
      sampler: sampler.name,
      steps: steps ?? null,
      spacing: options.spacing ?? null,
      classes,
      guidance: options.guidance ?? 0,
    }
    return printJson({ model: path, save: model.meta.save, ...report, ...how, seconds: Number(seconds.toFixed(3)) })
  }
  print(formatReport(report))
  const guided = options.guidance ? `, guidance ${options.guidance}` : ''
  note(`seed ${seed}, ${sampler.name}, ${stepsText(steps)}${guided}, ${duration(seconds)}`, options)
}

async function openFeatures(
  { features: path, featureRange, device, threads }: EvalCommandOptions,
  { frame: { item }, scale }: Model,
  engine: Engine,
): Promise<FeatureNetwork> {
  if (scale.kind !== 'image') {
    throw new TweedieError('usage', '--features is for images', { hint: 'points are compared as they are' })
  }
  const bytes = await readBytes(path!, 'model')
  if (!bytes) throw new TweedieError('model', `${path}: no such file`, { hint: 'an ONNX network of images' })
  const range = featureRange.split(',').map(Number) as [number, number]
  return onnxFeatures(bytes, item, engine, { ...sessionOptions({ device, threads }), range, name: basename(path!) })
}

/** A store that cannot be written to is no reason to fail: everything in it can be computed again. */
function lenient(store: Store, verbosity: Verbosity): Store {
  return {
    read: store.read,
    write: (name, bytes) =>
      store.write(name, bytes).catch((error: unknown) => {
        note(`${name} is not kept: ${error instanceof Error ? error.message : String(error)}`, verbosity)
      }),
  }
}

/** A display for each phase in turn. */
function phases(verbosity: Verbosity): Disposable & { update(phase: EvalPhase, done: number, total: number): void } {
  let [now, display]: [EvalPhase | undefined, Progress | undefined] = [undefined, undefined]
  const stop = (): void => {
    display?.stop()
    display = undefined
  }
  return {
    update(phase, done, total) {
      if (phase !== now) {
        stop()
        now = phase
        void startProgress(phase, verbosity).then((started) => {
          if (now === phase) display = started
        })
      }
      display?.update(done, total)
    },
    [Symbol.dispose]() {
      now = undefined
      stop()
    },
  }
}
