/** Options for reading incomplete folders, for every command that opens a model. */
import { type OptionTable, options, text, type ValuesOf } from '../options.ts'

const group = 'More: folders of others'

/** All of them; by default a folder's own scheduler and plain weights. */
export const openOptions = options({
  scheduler: {
    flags: '--scheduler <path>',
    help: 'the noise, where the folder does not say it: a scheduler_config.json, or a folder that has one',
    parse: text,
    group,
  },
  variant: {
    flags: '--variant <name>',
    help: 'which weights, where there are several: fp16 for .fp16.safetensors (default: the plain ones)',
    parse: text,
    group,
  },
} satisfies OptionTable)

/** Their values. */
export type OpenFolderValues = ValuesOf<typeof openOptions>
