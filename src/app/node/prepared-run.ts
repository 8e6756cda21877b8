/** A training run before its first step: the request, and the decisions made from it. */
import { existsSync } from 'node:fs'
import type { Family, FamilyEntry, OwnParts, Setting } from '../../families/family.ts'
import { familiesOf } from '../../families/registry.ts'
import { refuseSizes } from '../../families/network-choice.ts'
import { readJson } from '../../files/io/node/files.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import type { SessionOptions } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionTable, OptionValues, ValuesOf } from '../../options.ts'
import type { Checkpoint } from '../../tools/train/checkpoint.ts'
import type { DataSource, Intervals } from '../../tools/train/node/run-folder.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { StartWeights } from '../../tools/train/state.ts'
import type { BaseSpec } from '../../tools/train/spec.ts'
import type { Collective } from '../../tools/train/collective.ts'
import { cacheOptions, dataOptions } from '../../files/data/options.ts'
import { readOptions } from '../open-options.ts'
import { priorOptions } from '../adapt-options.ts'
import { runOptions } from '../run-options.ts'

/** What to train, and where to write it. */
export interface TrainRequest extends Pick<Setting, 'signal' | 'onProgress' | 'onRemark'> {
  /** A path, or the name of a built-in set; left out for a resumed run, which knows its data. */
  readonly data?: string | undefined
  /** The folder; left out for a dry run. */
  readonly out?: string | undefined
  /** Resumes the run in the folder. */
  readonly resume?: boolean | undefined
  /** Starts over in a folder that is not empty. */
  readonly force?: boolean | undefined
  /** Only times a few steps and writes nothing. */
  readonly dryRun?: boolean | undefined
  /** Seconds of training after which a new run, of one process, draws samples for the first time, however rough; default: not. */
  readonly earlySamples?: number | undefined
  /** Where to compute. */
  readonly device?: string | undefined
  readonly threads?: number | undefined
  /** Options of training, of its data, of its family and of the run; what is left out has a default. */
  readonly options?: OptionValues | undefined
  readonly own?: OwnParts | undefined
  /**
   * In how many threads of this process every batch is computed, each with its share; default 1. Threads of one operator (`threads`) are those
   * of each.
   */
  readonly ranks?: number | undefined
  /** The processes that train together with this one; the first of them writes and draws. */
  readonly collective?: Collective | undefined
}

/** A run that is ready to begin or to be resumed. */
export interface PreparedRun {
  readonly entry: FamilyEntry
  readonly family: Family
  readonly spec: BaseSpec
  readonly dataset: TrainData
  /** The held-out items as they are judged, where the best weights are kept. */
  readonly heldOut: TrainData | undefined
  readonly source: DataSource
  readonly intervals: Intervals
  readonly from: Checkpoint | undefined
  /** Weights that a new run begins with. */
  readonly start?: StartWeights | undefined
  /** Where it computes: as the request says, else as before the interruption. */
  readonly session: Pick<SessionOptions, 'device' | 'threads'>
}

/** Options that are handled here, and not by a family. */
export const preparedOptions: readonly OptionTable[] = Object.freeze([
  dataOptions,
  cacheOptions,
  runOptions,
  readOptions,
  priorOptions,
])

/** How often to save and log, where the request says it. */
export function intervalsOf(options: OptionValues): Intervals {
  const { logEvery, checkpointEvery, sampleEvery }: ValuesOf<typeof runOptions> = options
  return {
    ...(logEvery !== undefined && { logEvery }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(sampleEvery !== undefined && { sampleEvery }),
  }
}

/** The options, with the network's configuration read from its file if they name one. */
export async function withNetwork(options: OptionValues, own: OwnParts): Promise<OptionValues> {
  const { network } = options
  const known = namesOf(own)
  if (typeof network !== 'string' || known.includes(network)) return options
  refuseSizes(options)
  return { ...options, network: await readNetwork(network, known) }
}

/** Networks by name: classes, those that families have names for, and the user's own. */
function namesOf(own: OwnParts): readonly string[] {
  const ofFamilies = familiesOf(own).flatMap(({ networks = [] }) => networks)
  return [...networkClasses, ...ofFamilies, ...Object.keys(own.networks ?? {})]
}

/** A network's configuration from a file; without a class it is a UNet2DModel. */
async function readNetwork(path: string, known: readonly string[]) {
  if (!existsSync(path)) {
    throw new TweedieError('model', `${path}: no such file, and no such network`, {
      hint: `a configuration, or one of ${known.join(', ')}, or one of your own in tweedie.config.ts`,
    })
  }
  const value = await readJson(path, 'model')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TweedieError('model', `${path}: a configuration is an object, such as {"block_out_channels": [64, 128]}`)
  }
  const { _class_name: className = 'UNet2DModel', ...config } = value as Record<string, unknown>
  return { className: String(className), config }
}
