/** Whether a run is told its own estimates where nobody says. */
import type { TrainSpec } from '../spec.ts'

/** The weighting of v that is usual for a kind of data. */
const usualWeightings: Readonly<Record<string, string>> = { image: 'sigmoid', video: 'simple' }

/** What was chosen instead of the defaults, if anything. */
export interface Unusual {
  readonly preset?: string | undefined
  readonly network?: object | undefined
  readonly captions?: object | undefined
  readonly given?: object | undefined
  readonly fewSteps?: boolean | undefined
  readonly learnVariance?: boolean | undefined
}

/**
 * Pictures and videos that are learned as usual: the default network and objective. In equal minutes, samples of five sets were better for it or as
 * good; `docs/performance.md` has what was measured. Whatever somebody chooses, an objective of a paper, another network or captions, stays what it is.
 */
export function recallsByDefault(
  kind: string,
  { parametrisation, weighting, loss, learnedWeights }: TrainSpec['objective'],
  { preset, network, captions, given, fewSteps, learnVariance }: Unusual,
): boolean {
  const usual = parametrisation === 'v' && weighting === usualWeightings[kind] && loss === undefined && !learnedWeights
  return usual && preset !== 'light' && !network && !captions && !given && !fewSteps && !learnVariance
}
