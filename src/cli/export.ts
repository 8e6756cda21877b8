/** `tweedie export`: the network for other runtimes, and numbers to check other implementations with. */
import { Option, type Command } from 'commander'
import type { Model } from '../families/values/model.ts'
import type { WeightFormat } from '../compiled/weight-format.ts'
import type { ConvolutionRanges } from '../engine/onnx/int8-convolution.ts'
import { arithmetics } from './choices.ts'
import { bytes, command, oneOf, print, printJson, version, whole, withExamples, withSeed } from './common.ts'
import type { CommonOptions } from './common.ts'

interface ExportCommandOptions extends CommonOptions {
  readonly out?: string
  readonly reference?: string
  readonly batch?: number
  readonly weights: WeightFormat
  readonly arithmetic?: (typeof arithmetics)[number]
  readonly seed: number
  readonly force?: boolean
}

const formats = Object.keys({ float32: 0, float16: 0, int8: 0 } satisfies Record<WeightFormat, 0>) as WeightFormat[]

/** The command. */
export function exportCommand(): Command {
  const command_ = command('export', 'write the network as ONNX, for any runtime')
    .argument('<model>', "a model's folder")
    .option('-o, --out <file>', 'the .onnx file: inputs x, t and labels; output output')
    .option('--batch <n>', 'fix the batch size (default: any)', whole({ max: 65_536 }))
    .addOption(
      new Option('--weights <format>', `bits of the large weights: ${formats.join(', ')}`)
        .argParser(oneOf(formats))
        .default('float32'),
    )
    .option(
      '--arithmetic <kind>',
      `${arithmetics.join(', ')} (default: float32). int8: convolutions in whole numbers, by ranges that are measured first; for processors`,
      oneOf(arithmetics),
    )
    .option('--reference <file>', 'a .safetensors file of x, t, class_labels and output, to check other code with')
    .option('--force', 'write over files that exist')
  withSeed(command_)
  withExamples(command_, [
    ['tweedie export runs/mine --out model.onnx', 'weights inside, standard operators'],
    [
      'tweedie export runs/mine --out small.onnx --weights int8',
      'a quarter of the size; computes as fast, in single precision',
    ],
    [
      'tweedie export runs/mine --out fast.onnx --weights int8 --arithmetic int8',
      'up to twice as fast, on a cpu with integer dot products',
    ],
    ['tweedie export runs/mine --reference ref.safetensors', 'inputs and what the network makes of them'],
  ])
  return command_.action(run)
}

async function run(path: string, options: ExportCommandOptions): Promise<void> {
  const [{ TweedieError }, { openAnyModel }, { requireNew }, { writeFileAtomic }] = await Promise.all([
    import('../errors.ts'),
    import('./open-model.ts'),
    import('./require-new.ts'),
    import('../files/io/node/files.ts'),
  ])
  const { out, reference, batch, weights, arithmetic, seed, force = false, json } = options
  if (out === undefined && reference === undefined) {
    throw new TweedieError('usage', 'what should be written?', { hint: '--out model.onnx' })
  }
  if (out !== undefined) await requireNew(out, ['.onnx'], force)
  if (reference !== undefined) await requireNew(reference, ['.safetensors'], force)
  const model = await openAnyModel(path)
  if (reference !== undefined && 'look' in model) {
    throw new TweedieError('usage', '--reference is for models of images and points, and this one is of tokens')
  }
  if (arithmetic === 'int8' && 'look' in model) {
    throw new TweedieError('usage', '--arithmetic int8 is for models of images, and this one is of tokens')
  }
  const files: Record<string, number> = {}
  if (out !== undefined) {
    const { exportOnnx } = await import('../compiled/export-onnx.ts')
    const metadata = { ...metadataOf(path, model.meta.save), classes: JSON.stringify(model.classNames) }
    const ranges = arithmetic === 'int8' && !('look' in model) ? await rangesOf(model, seed) : undefined
    const file = exportOnnx(model, { batch, weights, ranges, metadata })
    await writeFileAtomic(out, file)
    files[out] = file.length
  }
  if (reference !== undefined && !('look' in model)) {
    const [{ referenceOf }, { nodeEngine }, { writeSafetensors }] = await Promise.all([
      import('../compiled/reference.ts'),
      import('../engine/runtime/node.ts'),
      import('../files/io/safetensors.ts'),
    ])
    const tensors = await referenceOf(model, await nodeEngine(), { seed })
    const file = writeSafetensors(tensors, metadataOf(path, model.meta.save))
    await writeFileAtomic(reference, file)
    files[reference] = file.length
  }
  if (json) return printJson({ files })
  for (const [file, size] of Object.entries(files)) print(`${file}: ${bytes(size)}`)
}

/** What the convolutions read and give while the model samples. */
async function rangesOf(model: Model, seed: number): Promise<ConvolutionRanges> {
  const [{ calibrate }, { nodeEngine }] = await Promise.all([
    import('../compiled/calibrate.ts'),
    import('../engine/runtime/node.ts'),
  ])
  return calibrate(model, await nodeEngine(), { seed })
}

function metadataOf(model: string, save: string | undefined): Record<string, string> {
  return { tweedie: version, model, ...(save !== undefined && { save }) }
}
