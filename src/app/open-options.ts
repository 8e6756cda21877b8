/** Options for reading incomplete folders, for every command that opens a model. */
import { type OptionTable, options, text, type ValuesOf } from '../options.ts'

const group = 'More: folders of others'

/** How the folder is read; by default its own scheduler and plain weights. */
export const readOptions = options({
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

/** All of them: what is added to the model, too. */
export const openOptions = options({
  lora: {
    flags: '--lora <file[:weight]>',
    help: 'add adapters of a file or folder, as they were trained (1) or less (0.8); repeat for several',
    parse: text,
    repeated: true,
    group: 'Adapters',
  },
  base: {
    flags: '--base <model>',
    help: 'the model that the adapters of the folder belong to, if it was moved',
    parse: text,
    group: 'Adapters',
  },
  embedding: {
    flags: '--embedding <file[:word]>',
    help: 'a word learned by textual inversion, for prompts, perhaps under another name; repeat for several',
    parse: text,
    repeated: true,
    group: 'Adapters',
  },
  memory: {
    flags: '--memory <how>',
    help: 'weights of large models: low (as their file stores them), high (in single precision), auto, or at most so much: 6GB',
    parse: text,
    group,
  },
  remote: {
    flags: '--remote <url>',
    help: 'a server that evaluates the network (Triton, KServe, tweedie serve); its token: TWEEDIE_REMOTE_TOKEN',
    parse: text,
    group: 'Server',
  },
  remoteModel: {
    flags: '--remote-model <name>',
    help: 'the name of the model there (default: that of the folder)',
    parse: text,
    group: 'Server',
  },
  ...readOptions,
} satisfies OptionTable)

/** Their values. */
export type OpenFolderValues = ValuesOf<typeof openOptions>
