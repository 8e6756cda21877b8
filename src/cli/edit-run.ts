/** What `tweedie edit` does. */
import { isTweedieError, TweedieError } from '../errors.ts'
import { terminalColors } from '../io/terminal.ts'
import { edit, interpolate } from '../model/guided-edit.ts'
import type { Model } from '../model/model.ts'
import { textPictureOf } from '../model/picture.ts'
import { nodeEngine } from '../runtime/node.ts'
import {
  duration,
  listenForInterrupt,
  note,
  print,
  printJson,
  sessionOptions,
  startProgress,
  version,
} from './common.ts'
import { classNumbers } from './edit-classes.ts'
import type { EditCommandOptions } from './edit.ts'
import { openModel } from './open-model.ts'
import { fitPicture, readPicture, valuesOfBytes } from './restore-picture.ts'
import { checkOutput, writeOutput } from './sample-output.ts'

/** Edits, shows and writes. */
export async function runEdit(folder: string, picture: string, options: EditCommandOptions): Promise<void> {
  const { to, out, method, steps, seed, guidance, columns, clip, force = false } = options
  if (out !== undefined) await checkOutput(out, force)
  const walks = to !== undefined
  const count = options.count ?? (walks ? 9 : method === 'invert' ? 1 : 4)
  const strength = options.strength ?? (walks ? 1 : 0.5)
  if (strength === 0) throw new TweedieError('usage', '--strength 0 changes nothing: it lies in (0, 1]')
  if (walks && count < 2)
    throw new TweedieError('usage', `-n ${count}: a walk from one picture to another has 2 or more`)
  if (options.from !== undefined && (walks || method !== 'invert')) {
    throw new TweedieError('usage', '--from is for --method invert')
  }
  const model = await openModel(folder)
  const first = await read(model, picture)
  const second = walks ? await read(model, to) : undefined
  const labels = options.class === undefined ? undefined : classNumbers(model, options.class, count)
  const sourceLabels = options.from === undefined ? undefined : classNumbers(model, options.from, count, '--from')

  using interrupt = listenForInterrupt()
  using progress = await startProgress('edit', options)
  const begin = performance.now()
  const how = {
    ...sessionOptions(options),
    strength,
    steps,
    labels,
    guidance,
    clip,
    signal: interrupt.signal,
    onStep: (done: number, total: number) => progress.update(done, total),
  }
  const engine = await nodeEngine()
  const work = second
    ? interpolate(model, engine, [first, second], { ...how, count })
    : edit(model, engine, repeated(first, count), { ...how, method, sourceLabels, seed })
  const items = await work.catch((error: unknown) => {
    if (interrupt.status === undefined || isTweedieError(error, 'interrupted')) throw error
    throw new TweedieError('interrupted', 'the edit was stopped', { cause: error })
  })
  progress.stop()
  const seconds = (performance.now() - begin) / 1000

  const provenance = {
    tweedie: version,
    command: 'edit',
    model: folder,
    save: model.meta.save ?? null,
    picture,
    to: to ?? null,
    method: walks ? 'interpolate' : method,
    strength,
    class: options.class ?? null,
    guidance: guidance ?? 0,
    seed,
  }
  const layout = columns === undefined ? {} : { columns }
  const drawn = { items, shape: [count, ...model.frame.item], labels: undefined }
  const files = out === undefined ? [] : await writeOutput(out, model, drawn, { provenance, force, ...layout })
  if (options.json) return printJson({ files, count, ...provenance, seconds: Number(seconds.toFixed(3)) })
  if (out === undefined || process.stdout.isTTY) {
    const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
    print(textPictureOf(items, model.scale, { colors, width: process.stdout.columns ?? 80, ...layout }))
  }
  if (files.length > 0)
    print(`${count} pictures: ${files.length > 3 ? `${files.length} files in ${out}` : files.join(', ')}`)
  note(`${provenance.method}, strength ${strength}, seed ${seed}, ${duration(seconds)}`, options)
}

async function read(model: Model, path: string): Promise<Float32Array> {
  if (model.scale.kind !== 'image' || model.frame.item.length !== 3) {
    throw new TweedieError('usage', 'edit is for models of images')
  }
  return valuesOfBytes(fitPicture(path, await readPicture(path), model.frame.item, 'the model makes such pictures'))
}

function repeated(item: Float32Array, count: number): Float32Array {
  const items = new Float32Array(count * item.length)
  for (let i = 0; i < count; i++) items.set(item, i * item.length)
  return items
}
