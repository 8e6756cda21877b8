/** `tweedie info`: what a file or folder is: a model, a checkpoint, safetensors, ONNX, a picture that we drew. */
import type { Command } from 'commander'
import { command, print, printJson, withExamples } from './common.ts'
import type { CommonOptions } from './common.ts'

/** The command. */
export function infoCommand(): Command {
  const info = command('info', 'say what a model, checkpoint, .safetensors, .onnx or picture holds')
    .argument('<path>', 'a folder or a file')
    .option('--all', 'list every tensor')
  withExamples(info, [
    ['tweedie info runs/mine', 'the network, its data, classes and training'],
    ['tweedie info model.onnx --json', 'inputs, outputs, how many of which operator'],
    ['tweedie info weights.safetensors --all', 'every tensor'],
    ['tweedie info grid.png', 'what made the picture'],
  ])
  return info.action(async (path: string, { json, all = false }: CommonOptions & { readonly all?: boolean }) => {
    const { inspect } = await import('./inspect.ts')
    const { facts, text } = await inspect(path, { all })
    if (json) printJson(facts)
    else print(text)
  })
}
