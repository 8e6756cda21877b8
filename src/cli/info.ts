/** `tweedie info`: what a file or folder is: a model, a checkpoint, safetensors, ONNX, a picture that we drew. */
import type { Command } from 'commander'
import { type OpenFolderValues, openOptions } from '../app/open-options.ts'
import type { OwnParts } from '../families/family.ts'
import { options, type OptionValues } from '../options.ts'
import { command, print, printJson, safe } from './common.ts'

const infoOptions = options({ all: { flags: '--all', help: 'list every tensor' } })

/** The command. */
export function infoCommand(own: OwnParts = {}): Command {
  const info = command('info', 'say what a model, checkpoint, .safetensors, .onnx or picture holds', {
    args: [['<path>', 'a folder or a file']],
    tables: [infoOptions, openOptions],
    examples: [
      ['tweedie info runs/mine', 'the network, its data, classes and training'],
      ['tweedie info model.onnx --json', 'inputs, outputs, how many of which operator'],
      ['tweedie info weights.safetensors --all', 'every tensor'],
      ['tweedie info grid.png', 'what made the picture'],
    ],
  })
  return info.action(async (path: string, { json, all, ...values }: OptionValues) => {
    const { inspect } = await import('../app/node/inspect.ts')
    const { scheduler, variant, lora, base, embedding } = values as OpenFolderValues
    const {
      facts,
      text,
      unlisted = 0,
    } = await inspect(path, { all: all === true, own, scheduler, variant, lora, base, embedding })
    if (json) return printJson(facts)
    print(safe(text))
    if (unlisted > 0) print(`  … and ${unlisted} more: --all lists them`)
  })
}
