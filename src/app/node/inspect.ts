/** What a file or folder is, by its content. */
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { decodeModel } from '../../engine/onnx/proto/decode.ts'
import type { ValueInfo } from '../../engine/onnx/proto/model.ts'
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import { readSafetensorsFile } from '../../files/io/node/files.ts'
import { imageExtensions, readProvenance } from '../../files/io/node/images.ts'
import { readLog } from '../../tools/train/node/log-file.ts'
import { readCheckpoint, runPaths } from '../../tools/train/node/run-folder.ts'
import { bytes, shapeText, table, thousands } from '../../words.ts'
import { holdsComponent, inspectComponent } from './inspect-component.ts'
import { openFolder, type OpenFolderOptions } from './open-folder.ts'

/** The result, for programs and for people. */
export interface Inspection {
  readonly facts: Readonly<Record<string, unknown>>
  readonly text: string
  /** Tensors that `text` leaves out. */
  readonly unlisted?: number
}

/** How much to list, the user's own parts, which a model may be made of, and how to read an incomplete folder. */
export interface InspectOptions extends Pick<
  OpenFolderOptions,
  'scheduler' | 'variant' | 'lora' | 'base' | 'embedding'
> {
  /** All tensors of a file, not only the first twenty. */
  readonly all?: boolean | undefined
  readonly own?: OwnParts | undefined
}

/**
 * Tells what a file or folder is: a model, a checkpoint, safetensors, an ONNX graph, or a picture drawn by a model.
 *
 * @throws TweedieError `model` if it is missing or of no known kind
 * @example
 * const { facts } = await inspect('runs/mine')
 */
export async function inspect(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const { all = false, scheduler, variant } = options
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new TweedieError('model', `${path}: no such file or folder`)
  if (found.isDirectory()) {
    const alone = scheduler === undefined && (await holdsComponent(path))
    return alone ? inspectComponent(path, variant) : inspectModel(path, options)
  }
  if (scheduler !== undefined || variant !== undefined) {
    const name = scheduler !== undefined ? 'scheduler' : 'variant'
    throw new TweedieError('usage', `\`${name}\` is for the folder of a model, and ${path} is a file`)
  }
  const extension = extname(path).toLowerCase()
  if (extension === '.safetensors') return inspectSafetensors(path, all)
  if (extension === '.onnx') return inspectOnnx(path)
  if (imageExtensions.includes(extension)) return inspectPicture(path)
  throw new TweedieError('model', `${path}: no known kind of file`, {
    hint: "known are model folders, .safetensors, .onnx and pictures; 'tweedie data' says what is in data",
  })
}

async function inspectModel(
  path: string,
  { own, scheduler, variant, lora, base, embedding }: InspectOptions,
): Promise<Inspection> {
  const notes: string[] = []
  const onRemark = (note: string): unknown => notes.push(note)
  const { family, model } = await openFolder(path, own, { scheduler, variant, lora, base, embedding, onRemark })
  const { facts, rows } = await family.describe(model)
  const log = readLog(runPaths(path).log)
  const last = log.at(-1)
  // what is trained without noise has one level, the first
  const byNoise = last?.lossByNoise.slice(1).some((loss) => loss !== null) ? last.lossByNoise : undefined
  return {
    facts: {
      kind: 'model',
      ...facts,
      ...(notes.length > 0 && { notes }),
      ...(last && { log: { lines: log.length, last } }),
    },
    text: table([
      ['model', path],
      ...rows,
      ['notes', notes.join('; ') || undefined],
      ['last loss', last && `${last.loss.toFixed(5)} at step ${last.step}`],
      ['by noise', byNoise && byNoise.map((loss) => loss?.toFixed(3) ?? '–').join(' ')],
    ]),
  }
}

async function inspectSafetensors(path: string, all: boolean): Promise<Inspection> {
  const { tensors, metadata } = await readSafetensorsFile(path)
  if (metadata.format?.startsWith('tweedie-checkpoint')) return inspectCheckpoint(path)
  const list = [...tensors].map(([name, { dtype, shape, data }]) => ({ name, dtype, shape, elements: data.length }))
  const elements = list.reduce((sum, each) => sum + each.elements, 0)
  const size = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0)
  const listed = all ? list : list.slice(0, 20)
  const rest = list.length - listed.length
  const text = [
    table([
      ['file', path],
      ['tensors', `${list.length}, ${thousands(elements)} elements, ${bytes(size)}`],
      ...Object.entries(metadata).map(([key, value]) => [`  ${key}`, value.slice(0, 100)] as const),
    ]),
    ...listed.map(({ name, dtype, shape }) => `  ${name} ${dtype} ${shapeText(shape)}`),
  ].join('\n')
  return { facts: { kind: 'safetensors', tensors: list, elements, bytes: size, metadata }, text, unlisted: rest }
}

async function inspectCheckpoint(path: string): Promise<Inspection> {
  const { spec, state, run } = (await readCheckpoint(path))!
  const finite = Object.entries({ params: state.params, average: state.average, ...state.optimizer.slots }).every(
    ([, values]) => values.every(Number.isFinite),
  )
  const facts = { kind: 'checkpoint', step: state.step, parameters: state.params.length, finite, spec, run }
  const text = table([
    ['checkpoint', path],
    ['step', thousands(state.step)],
    ['parameters', `${thousands(state.params.length)}${finite ? '' : ', some not finite'}`],
    ['network', spec.network.className],
    ['batch', String(spec.batch)],
    ['seed', String(spec.seed)],
    ['budget', Object.entries(spec.budget).flat().toReversed().join(' ')],
  ])
  return { facts, text }
}

async function inspectOnnx(path: string): Promise<Inspection> {
  const file = await readFile(path)
  const { graph, opsets, producerName, metadata } = decodeModel(file)
  const counts = new Map<string, number>()
  for (const { domain, opType } of graph.nodes) {
    const name = domain ? `${domain}.${opType}` : opType
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const operators = Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
  const constants = new Set(graph.initializers.map(({ name }) => name))
  const values = (infos: readonly ValueInfo[]) => infos.map(({ name, dtype, shape = [] }) => ({ name, dtype, shape }))
  const inputs = values(graph.inputs.filter(({ name }) => !constants.has(name)))
  const outputs = values(graph.outputs)
  const parameters = graph.initializers.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const line = ({ name, dtype, shape }: (typeof inputs)[number]): string => `${name} ${dtype} ${shapeText(shape)}`
  const text = table([
    ['file', `${path}, ${bytes(file.length)}`],
    ['producer', producerName],
    [
      'opsets',
      Object.entries(opsets)
        .map(([domain, v]) => `${domain || 'ai.onnx'} ${v}`)
        .join(', '),
    ],
    ['inputs', inputs.map(line).join('; ')],
    ['outputs', outputs.map(line).join('; ')],
    ['constants', `${graph.initializers.length}, ${thousands(parameters)} elements`],
    [
      'operators',
      `${graph.nodes.length}: ${Object.entries(operators)
        .map(([name, n]) => `${name} ${n}`)
        .join(', ')}`,
    ],
  ])
  const facts = { kind: 'onnx', bytes: file.length, producer: producerName, opsets, metadata, inputs, outputs }
  return { facts: { ...facts, constants: graph.initializers.length, parameters, operators }, text }
}

async function inspectPicture(path: string): Promise<Inspection> {
  const provenance = await readProvenance(path)
  if (provenance === undefined) {
    throw new TweedieError('data', `${path}: the picture does not say what made it`, {
      hint: 'pictures of tweedie do, unless they were converted',
    })
  }
  const rows = Object.entries(provenance).map(([key, value]) => [key, String(value ?? '–')] as const)
  return { facts: { kind: 'picture', ...provenance }, text: table([['picture', path], ...rows]) }
}
