/** Judges a model of molecules: conformers of molecules that it has not seen, beside theirs. */
import { TweedieError } from '../../errors.ts'
import type { MoleculeDataset } from '../../files/data/molecules.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { table } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { chooseSampler, stepsText } from '../gaussian-sampler.ts'
import type { judgeOptions } from '../options.ts'
import { sessionOf } from '../session-of.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import type { MoleculeModel } from './model.ts'
import type { evalOptions } from './options/eval.ts'

type Options = ValuesOf<typeof evalOptions & typeof judgeOptions>

/** In ångström: what counts as the same conformer of a molecule of a few atoms, and what is usual for QM9. */
const [usualThreshold, qm9Threshold] = [0.2, 0.5]

/** The ability to evaluate. @throws TweedieError `usage` where the data are not known or none can be judged by */
export async function evaluate(model: MoleculeModel, values: OptionValues, setting: Setting): Promise<Judgement> {
  const options = values as Options
  const { seed = 0, batch, threshold = usualThreshold, mostMolecules, heldOut: named } = options
  if (options.count !== undefined) {
    throw new TweedieError(
      'usage',
      '`count`: of each molecule twice as many conformers are drawn as it has references',
      {
        hint: '`mostMolecules: 50` for fewer molecules',
      },
    )
  }
  const { sampler, times, steps } = chooseSampler(model, options, setting.own)
  const { train, ...parts } = await setting.access.data(options.data)
  const heldOut = named === undefined ? parts.heldOut : await setting.access.unseen(named)
  const data = moleculesOf(heldOut ?? train)
  const { signal, onProgress } = setting
  const thresholds = [...new Set([threshold, qm9Threshold])]
  const coverage = await coverageOf(model, data.molecules.slice(0, mostMolecules), setting.engine, {
    thresholds,
    seed,
    batch,
    sampler,
    times,
    shards: setting.shards,
    signal,
    onProgress: (done, total) => onProgress?.({ phase: 'drawing conformers', done, total, unit: 'conformers' }),
    ...sessionOf(setting),
  })
  if (coverage.molecules === 0) {
    throw new TweedieError('data', `${data.name}: no molecule can be judged by: ${reasons(coverage)}`)
  }
  const part = heldOut ? 'held-out' : 'training'
  return {
    facts: { data: data.name, part, ...coverage, seed, sampler: sampler.name, steps: steps ?? null },
    text: `${rows(coverage)}\n\n${coverage.conformers} conformers of ${coverage.molecules} ${part} molecules of ${data.name}, beside ${coverage.references}`,
    remarks: [
      ...(heldOut ? [] : ['warning: these are the molecules that the model was trained on; `heldOut` names others']),
      ...(coverage.incomplete > 0
        ? [`of ${coverage.incomplete} molecules not all symmetries were tried: their distances may be too large`]
        : []),
    ],
    howText: `seed ${seed}, ${sampler.name}, ${stepsText(steps)}`,
  }
}

function rows({ scores, ...coverage }: Coverage): string {
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`
  const [{ scores: first }] = scores as [Coverage['scores'][number]]
  return table([
    ...scores.flatMap(({ threshold, scores: { mean, median } }) => [
      [`COV-R at ${threshold} Å`, `${share(mean.covR)}, median ${share(median.covR)}`] as const,
      [`COV-P at ${threshold} Å`, `${share(mean.covP)}, median ${share(median.covP)}`] as const,
    ]),
    ['MAT-R', `${first.mean.matR.toFixed(3)} Å, median ${first.median.matR.toFixed(3)}`],
    ['MAT-P', `${first.mean.matP.toFixed(3)} Å, median ${first.median.matP.toFixed(3)}`],
    ['bonds', `off by ${coverage.bondError.toFixed(4)} Å, broken in ${share(coverage.broken)}`],
    ['angles', `off by ${coverage.angleError.toFixed(2)}°`],
    ['clashes', `in ${share(coverage.clashing)}`],
    ['arrangement kept', share(coverage.stereoKept)],
    ['left out', Object.keys(coverage.leftOut).length > 0 ? reasons(coverage) : undefined],
  ])
}

function reasons({ leftOut }: Pick<Coverage, 'leftOut'>): string {
  return Object.entries(leftOut)
    .map(([reason, count]) => `${count} with ${reason}`)
    .join(', ')
}

function moleculesOf(data: TrainData): MoleculeDataset {
  if (data.kind === 'molecules') return data
  throw new TweedieError('data', `${data.name}: ${data.kind}, where molecules are needed`)
}
