/** Data as the models of a family are trained on them. */
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import type {
  Family,
  FamilyModel,
  OtherTextEncoders,
  OwnParts,
  PrepareSetting,
  SpecFor,
  Wanted,
} from '../families/family.ts'
import { entryOfSpec } from '../families/registry.ts'
import { TweedieError } from '../errors.ts'
import type { OptionValues } from '../options.ts'
import { memoryStore } from '../tools/eval/store.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { BaseSpec } from '../tools/train/spec.ts'
import { type ModelSource, openedFrom } from './opened-from.ts'

/** The data, prepared if the family does that. @throws TweedieError where other models that it needs are missing or do not fit */
export async function prepared(
  family: Family,
  data: TrainData,
  wanted: Wanted<BaseSpec>,
  setting: PrepareSetting,
): Promise<TrainData> {
  const word = wanted.spec ? wanted.spec.word : await wordAsked(wanted.options)
  const adaptsText = wanted.spec ? wanted.spec.lora?.text : wanted.options.loraText
  const changing = adaptsText === true ? { ...setting, changing: asTheyAre } : setting
  const own = word ? (await import('./adapters/word.ts')).settingWithWord(word, setting) : changing
  const made = family.prepare ? await family.prepare(data, wanted, own) : data
  const based = wanted.spec?.lora ?? wanted.spec?.word
  return based && !('base' in made) ? (await import('./adapters/adapted.ts')).withBaseOf(based, made, setting) : made
}

/** Text encoders that change by adapters beside their weights. */
const asTheyAre = <Encoders>(encoders: Encoders): Encoders => encoders

/** The word that options ask for. */
async function wordAsked(options: OptionValues | undefined) {
  const isAsked = Object.keys(options ?? {}).some((name) => name.startsWith('newWord'))
  return isAsked ? (await import('./adapters/word.ts')).wordOf(options!) : undefined
}

/**
 * Data prepared for a specification, for `train` and `createTrainer`, which take data as they are trained on.
 *
 * @throws TweedieError where other models that it needs are missing or do not fit
 */
export async function prepareData(
  spec: SpecFor<FamilyModel>,
  data: TrainData,
  setting: PrepareSetting,
): Promise<TrainData> {
  return prepared(await entryOfSpec(spec, setting.own).load(), data, { spec }, setting)
}

/** The surroundings where nothing is read by name: other models are values. */
export function preparingInMemory(
  session: Pick<SessionOptions, 'device' | 'threads'> &
    Pick<PrepareSetting, 'signal' | 'onRemark'> & {
      readonly engine: Engine
      readonly own: OwnParts
    },
): PrepareSetting {
  return {
    ...session,
    async open(source) {
      const { family, model } = await openedFrom(source as ModelSource, session.own, session.onRemark)
      return { family, model, path: undefined, store: memoryStore() }
    },
    autoencoder: async () => undefined,
    textEncoders: async (source) => ({
      encoders: [inMemory<TextEncoderPart | TextEncoderPart[]>(source, 'textEncoder')].flat(),
      path: undefined,
    }),
    tokenizer: async (source) => ({ tokenizer: inMemory(source, 'tokenizer'), path: undefined }),
  }
}

type TextEncoderPart = OtherTextEncoders['encoders'][number]

function inMemory<Thing extends object>(source: unknown, option: string): Thing {
  if (typeof source === 'object' && source !== null) return source as Thing
  throw new TweedieError('usage', `\`${option}: ${String(source)}\`: nothing is read by name here`, {
    hint: 'give the thing itself',
  })
}
