/** `tweedie export`: the network for other runtimes, and reference values for checking other implementations. */
import type { Command } from 'commander'
import { type OpenFolderValues, openOptions } from '../app/open-options.ts'
import type { WeightFormat } from '../compiled/weight-format.ts'
import { TweedieError } from '../errors.ts'
import { fileOptions } from '../families/file-options.ts'
import { seedOptions } from '../families/options.ts'
import type { OwnParts } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'
import { type OptionValues, options, text } from '../options.ts'
import { bytes, command, note, print, printJson } from './common.ts'
import { familyTables } from './derive.ts'

/** What models of all families take. */
const general = options({
  out: { flags: '-o, --out <file>', help: 'the .onnx file: inputs x, t and labels; output output', parse: text },
  folder: {
    flags: '--folder <dir>',
    help: 'a whole model as a folder of .onnx files, as Optimum has them: networks, text encoders, autoencoder',
    parse: text,
  },
  triton: {
    flags: '--triton <folder>',
    help: "the network as a model of Triton's repository: FOLDER/1/model.onnx and FOLDER/config.pbtxt",
    parse: text,
  },
  ...fileOptions,
  merged: {
    flags: '--merged <folder>',
    help: 'the whole model as a folder, with the adapters that it is opened with in its weights',
    parse: text,
    group: 'Adapters',
  },
  loraFile: {
    flags: '--lora-file <file>',
    help: "a folder's own adapters as one .safetensors file with the names that kohya's programs know",
    parse: text,
    group: 'Adapters',
  },
  force: { flags: '--force', help: 'write over files that exist' },
  ...seedOptions,
})

/** Items that are further apart than this are said to be. */
const closeEnough = 1e-4
const apart =
  '  that is more than rounding: with these times the sampler loses digits in single precision; take dpm++-2m, or more steps'

/** The command. */
export function exportCommand(own: OwnParts = {}): Command {
  const made = command('export', 'write the network as ONNX, for any runtime', {
    args: [['<model>', "a model's folder"]],
    tables: [general, ...familyTables('export', familiesOf(own)), openOptions],
    examples: [
      ['tweedie export runs/mine --out model.onnx', 'weights inside, standard operators'],
      ['tweedie export runs/mine --out small.onnx --weights int8', 'a quarter of the size; computes as fast'],
      [
        'tweedie export runs/mine --out fast.onnx --weights int8 --arithmetic int8',
        'up to twice as fast on many processors',
      ],
      ['tweedie export runs/mine --one-file sampler.onnx', 'noise in, pictures out: the sampler and its loop inside'],
      ['tweedie export runs/mine --sampler ddim --steps 10 --one-file ddim.onnx', 'by another sampler'],
      ['tweedie export runs/style --merged models/style', 'adapters merged into the weights of their model'],
      ['tweedie export stable-diffusion --folder onnx', 'for a browser, or other programs; sample it as any folder'],
      ['tweedie export runs/mine --triton models/mine', 'for Triton: tritonserver --model-repository models'],
      ['tweedie export runs/mine --reference ref.safetensors', 'inputs and what the network makes of them'],
    ],
  })
  return made.action((path: string, values: OptionValues) => run(path, values, own))
}

async function run(path: string, values: OptionValues, own: OwnParts): Promise<void> {
  const { exportFiles } = await import('../app/node/export.ts')
  const { exportFolder } = await import('../app/node/export-folder.ts')
  const { openModel } = await import('./open-model.ts')
  const { out, reference, oneFile, folder, triton, merged, loraFile, force } = values as Wanted
  if ([out, reference, oneFile, folder, triton, merged, loraFile].every((each) => each === undefined)) {
    throw new TweedieError('usage', 'what should be written?', {
      hint: '--out model.onnx, the network; --one-file sampler.onnx, the sampler around it; or --folder onnx, all of the model',
    })
  }
  const added = (['lora', 'embedding'] as const).find((name) => (values as OpenFolderValues)[name] !== undefined)
  if (folder !== undefined && added !== undefined) {
    throw new TweedieError('usage', `\`folder\` writes the model as it lies on the disk, without \`${added}\``, {
      hint: '`merged: FOLDER` first, and then that',
    })
  }
  const { requireNew, requireNewFolder } = await import('../app/node/require-new.ts')
  const { exportAdapted } = await import('../app/node/export-adapted.ts')
  if (out !== undefined) await requireNew(out, ['.onnx'], force ?? false)
  if (oneFile !== undefined) await requireNew(oneFile, ['.onnx'], force ?? false)
  if (reference !== undefined) await requireNew(reference, ['.safetensors'], force ?? false)
  if (loraFile !== undefined) await requireNew(loraFile, ['.safetensors'], force ?? false)
  if (triton !== undefined) await requireNewFolder(triton, force ?? false)
  if (merged !== undefined) await requireNewFolder(merged, force ?? false)
  const opened = await openModel('export', path, values, [general], own)
  const adapted = await exportAdapted(opened, { place: path, merged, loraFile, own })
  const { batch, weights, scheduler, variant } = values as Wanted & OpenFolderValues
  const whole =
    folder === undefined ? {} : await exportFolder(path, folder, { batch, weights, scheduler, variant, force })
  const { files: single, sampler } = await exportFiles(opened, values, {
    place: path,
    onnx: out,
    reference,
    oneFile,
    triton,
    own,
  })
  const files = { ...whole, ...single, ...adapted.files }
  if (values.json) return printJson({ files, ...adapted.folders, ...sampler })
  for (const each of Object.values(adapted.folders)) print(`${each}: the model, with its adapters`)
  for (const [file, size] of Object.entries(files)) print(`${file}: ${bytes(size)}`)
  if (sampler === undefined) return
  print(`  in   ${sampler.inputs.join(', ')}`)
  print(`  out  ${sampler.outputs.join(', ')}`)
  const { trial } = sampler
  if (trial === undefined) return
  const ratio = (trial.seconds / trial.ours).toFixed(2)
  print(`  ${trial.items} items differ from ours by at most ${trial.difference.toExponential(1)}`)
  if (trial.difference > closeEnough && values.arithmetic !== 'int8') note(apart, values)
  print(`  ${trial.seconds.toFixed(3)} s, ours ${trial.ours.toFixed(3)} s: ${ratio} times as long, measured in turns`)
}

interface Wanted {
  readonly out?: string
  readonly reference?: string
  readonly oneFile?: string
  readonly triton?: string
  readonly merged?: string
  readonly loraFile?: string
  readonly folder?: string
  readonly batch?: number
  readonly weights?: WeightFormat
  readonly force?: boolean
}
