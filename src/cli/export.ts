/** `tweedie export`: the network for other runtimes, and reference values for checking other implementations. */
import type { Command } from 'commander'
import { openOptions } from '../app/open-options.ts'
import { TweedieError } from '../errors.ts'
import { seedOptions } from '../families/options.ts'
import type { OwnParts } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'
import { oneOf, type OptionValues, options, text, whole } from '../options.ts'
import { bytes, command, print, printJson, withExamples } from './common.ts'
import { addOptions, familyTables } from './derive.ts'

/** The number format of large weights. */
const formats = ['float32', 'float16', 'int8'] as const

/** What models of all families take. */
const general = options({
  out: { flags: '-o, --out <file>', help: 'the .onnx file: inputs x, t and labels; output output', parse: text },
  batch: { flags: '--batch <n>', help: 'fix the batch size (default: any)', parse: whole({ max: 65_536 }) },
  weights: {
    flags: '--weights <format>',
    help: `bits of the large weights: ${formats.join(', ')}`,
    parse: oneOf(formats),
    default: 'float32',
  },
  force: { flags: '--force', help: 'write over files that exist' },
  ...seedOptions,
})

/** The command. */
export function exportCommand(own: OwnParts = {}): Command {
  const made = command('export', 'write the network as ONNX, for any runtime').argument('<model>', "a model's folder")
  addOptions(made, [general, ...familyTables('export', familiesOf(own)), openOptions])
  withExamples(made, [
    ['tweedie export runs/mine --out model.onnx', 'weights inside, standard operators'],
    ['tweedie export runs/mine --out small.onnx --weights int8', 'a quarter of the size; computes as fast'],
    [
      'tweedie export runs/mine --out fast.onnx --weights int8 --arithmetic int8',
      'up to twice as fast on many processors',
    ],
    ['tweedie export runs/mine --reference ref.safetensors', 'inputs and what the network makes of them'],
  ])
  return made.action((path: string, values: OptionValues) => run(path, values, own))
}

async function run(path: string, values: OptionValues, own: OwnParts): Promise<void> {
  const { exportFiles } = await import('../app/node/export.ts')
  const { openModel } = await import('./open-model.ts')
  const { out, reference, force } = values as { out?: string; reference?: string; force?: boolean }
  if (out === undefined && reference === undefined) {
    throw new TweedieError('usage', 'what should be written?', { hint: '--out model.onnx' })
  }
  const { requireNew } = await import('../app/node/require-new.ts')
  if (out !== undefined) await requireNew(out, ['.onnx'], force ?? false)
  if (reference !== undefined) await requireNew(reference, ['.safetensors'], force ?? false)
  const opened = await openModel('export', path, values, [general], own)
  const files = await exportFiles(opened, values, { place: path, onnx: out, reference, own })
  if (values.json) return printJson({ files })
  for (const [file, size] of Object.entries(files)) print(`${file}: ${bytes(size)}`)
}
