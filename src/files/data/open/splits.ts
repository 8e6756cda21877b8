/** Folders of published sets: `train/cat/1.png`, `test/cat/2.png`. The first level is then a split, not a class. */
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
  /** How many levels of folders of `files` are not classes: those down to the splits. */
  readonly depth: number
  /** Files of the training split, if `files` are another one: its classes come first. */
  readonly trained?: readonly string[]
  /** What was chosen and what was left out, for people. */
  readonly remarks: readonly string[]
}

/**
 * The files of one split, if all first folders have names of splits. They may lie in a folder of their own, as
 * `data/train` does.
 *
 * @param wanted by default the only one that there is, else `train`
 * @param files paths relative to the set's folder
 * @throws TweedieError `data` if the wanted split does not exist
 */
export function filesOfSplit(files: readonly string[], wanted?: SplitName): SplitFiles {
  const folders = [...new Set(files.map((file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '')))]
  const found = folders.map((folder) => ({ folder, split: splitOf(folder) }))
  const isSplit = found.length > 0 && found.every(({ split }) => split !== undefined)
  if (!isSplit) return nestedSplit(files, folders, wanted) ?? { files, depth: 0, remarks: [] }
  const name = wanted ?? (found.length === 1 ? found[0]!.split! : 'train')
  const chosen = found.filter(({ split }) => split === name).map(({ folder }) => folder)
  if (chosen.length === 0) {
    throw new TweedieError('data', `there is no ${name} split among ${folders.join(', ')}`, {
      hint: `name the folder that is to be read, or choose \`split: ${found[0]!.split}\``,
    })
  }
  const count = (folder: string): number => files.filter((file) => file.startsWith(`${folder}/`)).length
  const others = folders.filter((folder) => !chosen.includes(folder))
  const remark = `${chosen.map((folder) => `${folder}/`).join(' and ')} is read`
  const left = others.map((folder) => `${folder}/ (${count(folder)} images)`).join(' and ')
  return {
    files: files.filter((file) => chosen.includes(file.slice(0, file.indexOf('/')))),
    depth: 1,
    trained: name === 'train' ? [] : files.filter((file) => splitOf(file.slice(0, file.indexOf('/'))) === 'train'),
    remarks: [others.length > 0 ? `${remark}, ${left} left out` : remark],
  }
}

/** Splits below a single folder. */
function nestedSplit(
  files: readonly string[],
  folders: readonly string[],
  wanted: SplitName | undefined,
): SplitFiles | undefined {
  const [only] = folders
  if (folders.length !== 1 || only === '' || only === undefined) return undefined
  const inner = filesOfSplit(
    files.map((file) => file.slice(only.length + 1)),
    wanted,
  )
  if (inner.depth === 0) return undefined
  const below = (file: string): string => `${only}/${file}`
  return { ...inner, files: inner.files.map(below), trained: inner.trained?.map(below) ?? [], depth: inner.depth + 1 }
}

function splitOf(folder: string): SplitName | undefined {
  const lower = folder.toLowerCase()
  return (Object.keys(names) as SplitName[]).find((split) => names[split].includes(lower))
}
