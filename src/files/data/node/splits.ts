/** Folders of published sets: `train/cat/1.png`, `test/cat/2.png`. The first level is then no class but a split. */
import { TweedieError } from '../../../errors.ts'

/** The part of a published set. */
export type SplitName = 'train' | 'validation' | 'test'

/** Names of folders, in any case, by what they mean. */
const names: Readonly<Record<SplitName, readonly string[]>> = {
  train: ['train', 'training', 'trn'],
  validation: ['val', 'valid', 'validation', 'dev', 'eval'],
  test: ['test', 'testing', 'tst'],
}

/** Files of one split. */
export interface SplitFiles {
  readonly files: readonly string[]
  /** The first folders of `files`, which are no classes: 1 where there are splits. */
  readonly depth: 0 | 1
  /** What was chosen and what was left out, for people. */
  readonly remarks: readonly string[]
}

/**
 * The files of one split, where the first folders are splits: all of them are called so, and one holds what is trained on.
 *
 * @param files paths relative to the set's folder
 * @throws TweedieError `data` where the wanted split is not there
 */
export function filesOfSplit(files: readonly string[], wanted: SplitName = 'train'): SplitFiles {
  const folders = [...new Set(files.map((file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '')))]
  const found = folders.map((folder) => ({ folder, split: splitOf(folder) }))
  const isSplit = found.length > 0 && found.every(({ split }) => split !== undefined)
  if (!isSplit || !found.some(({ split }) => split === 'train')) return { files, depth: 0, remarks: [] }
  const chosen = found.filter(({ split }) => split === wanted).map(({ folder }) => folder)
  if (chosen.length === 0) {
    throw new TweedieError('data', `there is no ${wanted} split among ${folders.join(', ')}`)
  }
  const count = (folder: string): number => files.filter((file) => file.startsWith(`${folder}/`)).length
  const others = folders.filter((folder) => !chosen.includes(folder))
  const remark = `${chosen.map((folder) => `${folder}/`).join(' and ')} is read`
  const left = others.map((folder) => `${folder}/ (${count(folder)} images)`).join(' and ')
  return {
    files: files.filter((file) => chosen.includes(file.slice(0, file.indexOf('/')))),
    depth: 1,
    remarks: [others.length > 0 ? `${remark}, ${left} left out` : remark],
  }
}

function splitOf(folder: string): SplitName | undefined {
  const lower = folder.toLowerCase()
  return (Object.keys(names) as SplitName[]).find((split) => names[split].includes(lower))
}
