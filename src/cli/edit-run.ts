/** What `tweedie edit` does. */
import { TweedieError } from '../errors.ts'
import { edit, interpolate } from '../families/values/edit.ts'
import type { Model } from '../families/values/model.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { duration, note, print, printJson, sessionOptions } from './common.ts'
import { classNumbers } from '../families/class-numbers.ts'
import type { EditCommandOptions } from './edit.ts'
import { openModel } from './open-model.ts'
import { showPictures } from './picture-output.ts'
import { provenanceOf } from './provenance.ts'
import { fitPicture, readPicture, valuesOfBytes } from './restore-picture.ts'
import { checkOutput, writeOutput } from './sample-output.ts'
import { inHundredths, watched } from './watched.ts'

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

  const { result: items, seconds } = await watched('edit', 'the edit', options, async ({ signal, progress }) => {
    const onStep = inHundredths(progress)
    const how = { ...sessionOptions(options), signal, onStep, strength, steps, labels, guidance, clip }
    const engine = await nodeEngine()
    return second
      ? interpolate(model, engine, [first, second], { ...how, count })
      : edit(model, engine, repeated(first, count), { ...how, method, sourceLabels, seed })
  })

  const provenance = {
    ...provenanceOf('edit', folder, model),
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
  showPictures(items, model, options)
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
