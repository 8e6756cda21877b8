/** Draws conformers of molecules whose conformers are known, and compares the two sets. */
import { conformerDistances, conformerScores, type ConformerScores } from '../../tools/metrics/conformers.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import type { WarmSession } from '../warm.ts'
import { type DrawConformersOptions, generateConformers } from './generate.ts'
import { sharedStereo } from './graph/stereo.ts'
import { topologyOf } from './graph/topology.ts'
import type { MoleculeModel } from './model.ts'
import { type ConformerQuality, qualityOf } from './quality.ts'

/** How well drawn conformers and references cover each other, and how sound the drawn ones are. */
export interface Coverage {
  /** The figures at each threshold, in ångström. */
  readonly scores: readonly { readonly threshold: number; readonly scores: ConformerScores }[]
  readonly molecules: number
  /** Reference conformers, and drawn ones. */
  readonly references: number
  readonly conformers: number
  /** Molecules of which not all symmetries were tried: their distances may be too large. */
  readonly incomplete: number
  /** Means over molecules, in ångström and degrees. */
  readonly bondError: number
  readonly angleError: number
  /** Shares of the drawn conformers. */
  readonly broken: number
  readonly clashing: number
  readonly stereoKept: number
  /** Molecules that were not judged, by the reason. */
  readonly leftOut: Readonly<Record<string, number>>
}

/** How conformers are drawn and compared. */
export type CoverageOptions = Omit<DrawConformersOptions, 'wanted'> &
  WarmSession & {
    /** In ångström. */
    readonly thresholds: readonly number[]
  }

/**
 * Twice as many conformers as a molecule has references are drawn of each, with the arrangement that the references share, and compared by the symmetric RMSD of
 * heavy atoms. Molecules without references, with elements that the model has not seen, or with more atoms than it was trained on, are left
 * out and counted.
 */
export async function coverageOf(
  model: MoleculeModel,
  molecules: readonly Molecule[],
  engine: Engine,
  { thresholds, ...options }: CoverageOptions,
): Promise<Coverage> {
  const reasons = molecules.map((molecule) => reasonAgainst(model, molecule))
  const judged = molecules.filter((_, i) => reasons[i] === undefined)
  const wanted = judged.map((molecule) => ({
    molecule,
    stereo: sharedStereo(topologyOf(molecule), molecule.conformers),
    count: 2 * molecule.conformers.length,
  }))
  const drawn = await generateConformers(model, engine, { ...options, wanted })
  options.shards?.requireAll()
  const distances = judged.map((molecule, i) => conformerDistances(molecule, drawn[i]!))
  const qualities = judged.map((molecule, i) => qualityOf(molecule, wanted[i]!.stereo, drawn[i]!))
  const total = (of: (quality: ConformerQuality) => number): number =>
    qualities.reduce((sum, each) => sum + of(each), 0)
  const conformers = total((each) => each.conformers)
  const leftOut: Record<string, number> = {}
  for (const reason of reasons) if (reason !== undefined) leftOut[reason] = (leftOut[reason] ?? 0) + 1
  return {
    scores: thresholds.map((threshold) => ({ threshold, scores: conformerScores(distances, threshold) })),
    molecules: judged.length,
    references: judged.reduce((sum, each) => sum + each.conformers.length, 0),
    conformers,
    incomplete: distances.filter(({ complete }) => !complete).length,
    bondError: total((each) => each.bondError!) / judged.length,
    angleError: total((each) => each.angleError!) / judged.length,
    broken: total((each) => each.broken) / conformers,
    clashing: total((each) => each.clashing) / conformers,
    stereoKept: total((each) => each.stereoKept!) / conformers,
    leftOut,
  }
}

function reasonAgainst({ elements, network }: MoleculeModel, { atoms, conformers }: Molecule): string | undefined {
  if (conformers.length === 0) return 'no reference conformers'
  if (atoms.some((number) => !elements.includes(number))) return 'elements that the model has not seen'
  if (atoms.length > network.inputShape[0]!) return 'more atoms than in training'
  return undefined
}
