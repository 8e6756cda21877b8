/** Whether the files of a run belong together: what it was begun with, its checkpoint, its log. */
import { isTweedieError, TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import { entryOfSpec, type Opened } from '../../families/registry.ts'
import type { Checkpoint } from '../../tools/train/checkpoint.ts'
import { readLog } from '../../tools/train/node/log-file.ts'
import { runPaths, type RunRecord } from '../../tools/train/node/run-folder.ts'
import { resumeSpec } from '../../tools/train/resume-spec.ts'
import type { BaseSpec } from '../../tools/train/spec.ts'

/** A run as it was read; `before` is the specification that it goes on with. */
interface StoredRun extends Pick<Opened, 'entry' | 'family'> {
  readonly before: BaseSpec
  readonly record: Pick<RunRecord, 'spec'>
  readonly checkpoint: Checkpoint | undefined
  readonly own: OwnParts
}

/**
 * Refuses files of two different runs, and a run that has made steps and whose checkpoint is gone: it would begin anew, in silence.
 *
 * @throws TweedieError `model`
 */
export async function requireWhole(
  folder: string,
  { entry, family, before, record, checkpoint, own }: StoredRun,
): Promise<void> {
  const hint = 'fetch the folder again, or start over (`force: true`)'
  const paths = runPaths(folder)
  const begun = entryOfSpec(record.spec, own, paths.record)
  if (begun !== entry || !resumes(await family.parseSpec(record.spec, paths.record), before)) {
    throw new TweedieError('model', `${folder}: train.json and checkpoint.safetensors are of two different runs`, {
      hint,
    })
  }
  const { step } = readLog(paths.log).at(-1) ?? { step: 0 }
  if (checkpoint || step === 0) return
  throw new TweedieError('model', `${paths.checkpoint}: no such file, and ${step} steps were made`, { hint })
}

/** Whether a run of one specification may go on by another. */
export function resumes(before: BaseSpec, wanted: BaseSpec): boolean {
  try {
    const { family: _, ...fields } = wanted as BaseSpec & { readonly family?: string }
    return resumeSpec(before, fields) !== undefined
  } catch (error) {
    if (isTweedieError(error, 'usage')) return false
    throw error
  }
}
