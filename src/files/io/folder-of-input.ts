/** A model folder in memory, without its files being made. */
import { partsOf } from './encode-model-folder.ts'
import type { ModelFolder, ModelFolderInput } from './folder-types.ts'
import { parseSchedulerConfig } from './scheduler-config.ts'
import { parseTweedieMeta } from './tweedie-meta.ts'

/** What reading the folder would give that writing this one makes. Arrays are shared. */
export function folderOfInput(input: ModelFolderInput): ModelFolder {
  return {
    components: partsOf(input),
    network: input.network,
    weights: input.weights,
    scheduler: input.scheduler && parseSchedulerConfig(input.scheduler),
    meta: parseTweedieMeta(input.meta),
    files: input.files ?? new Map(),
    notes: [],
  }
}
