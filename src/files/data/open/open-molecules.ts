/** Opens files of molecules: SDF, XYZ, SMILES, arrays in an npz, and folders of such files. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { type ChosenMolecules, chooseMolecules } from '../../molecules/choose.ts'
import type { MoleculeFile } from '../../molecules/molecule.ts'
import { decodeMolecules, formatOfName, type MoleculeFormat, parseMolecules } from '../../molecules/parse.ts'
import { isSmilesList } from '../../molecules/smiles.ts'
import { isXyz } from '../../molecules/xyz.ts'
import { type FileTree, folderOf, lastPart, within } from '../file-tree.ts'
import { isZip, npzNames, parseNpz } from '../formats/npz.ts'
import { createMolecules, type MoleculeDataset } from '../molecules.ts'
import type { DataSource } from '../source.ts'
import { furtherArrays, moleculeArrays, moleculesOfArrays } from './molecule-arrays.ts'

/** The part of a tree that molecules are read from. */
type MoleculeTree = Pick<FileTree, 'kind' | 'list' | 'read' | 'nameOf'>

/** How molecules are recognised and read. */
interface Reading {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Whether there are molecules at a path: by its name, and for `.xyz`, `.txt` and `.npz` by its content; a folder by its files. */
export async function isMolecules(tree: MoleculeTree, path: string): Promise<boolean> {
  const kind = await tree.kind(path)
  if (kind === 'folder') {
    const names = (await tree.list(path)).entries.flatMap((entry) => (entry.kind === 'file' ? [entry.name] : []))
    // Files whose names say it; a folder of texts and tables is none because one of them looks like molecules.
    const named = names.filter((name) => formatOfName(name) !== undefined)
    if (named.length === 0) return false
    return (
      named.some((name) => !/\.xyz(?:\.gz)?$/i.test(name)) ||
      (await formatOf(tree, within(path, named[0]!))) !== undefined
    )
  }
  return kind === 'file' && (await formatOf(tree, path)) !== undefined
}

async function formatOf(tree: MoleculeTree, path: string): Promise<MoleculeFormat | 'npz' | undefined> {
  const named = formatOfName(path)
  if (named === 'xyz') return isXyz(decodeMolecules((await tree.read(path)).subarray(0, 65_536))) ? 'xyz' : undefined
  if (named) return named
  if (/\.npz$/i.test(path)) {
    const bytes = await tree.read(path)
    if (!isZip(bytes)) return undefined
    const present = npzNames(bytes)
    return moleculeArrays.every((name) => present.includes(name)) ? 'npz' : undefined
  }
  if (!/\.txt(?:\.gz)?$/i.test(path)) return undefined
  return isSmilesList(decodeMolecules((await tree.read(path)).subarray(0, 65_536))) ? 'smiles' : undefined
}

/**
 * Reads molecules.
 *
 * @throws TweedieError `data` where none can be used; `usage` for options that molecules do not have, or where openchemlib is missing for SMILES
 */
export async function openMolecules(
  tree: MoleculeTree,
  source: DataSource,
  { signal, onProgress }: Reading = {},
): Promise<MoleculeDataset> {
  const { path, split, length } = source
  refuseOthers(source)
  const isFolder = (await tree.kind(path)) === 'folder'
  const { files, others } = isFolder ? await filesIn(tree, path) : { files: [path], others: [] }
  const found: { readonly file: string; readonly chosen: ChosenMolecules }[] = []
  for (const [i, file] of files.entries()) {
    throwIfAborted(signal)
    found.push({ file: lastPart(file), chosen: await readFile(tree, file, split, isFolder, signal) })
    onProgress?.(i + 1, files.length)
  }
  const molecules = found.flatMap(({ chosen }) => chosen.molecules)
  const skipped = found.flatMap(({ file, chosen }) =>
    chosen.leftOut.map(({ record, reason }) => ({ file: `${file}, ${record}`, reason })),
  )
  if (molecules.length === 0) {
    const [first] = skipped
    throw new TweedieError(
      'data',
      `${path}: no molecule can be read${first ? `; ${first.file}: ${first.reason}` : ''}`,
      {
        hint: 'molecules are .sdf, .mol (V2000, V3000), .xyz, SMILES as .smi or .txt, and .npz',
      },
    )
  }
  const named = `${others.slice(0, 3).join(', ')}${others.length > 3 ? ', …' : ''}`
  const remarks = [
    ...new Set(found.flatMap(({ chosen }) => chosen.remarks)),
    ...(others.length > 0 ? [`${others.length} files that are not named like molecules are ignored: ${named}`] : []),
  ]
  const shown = length === undefined ? molecules : molecules.slice(0, length)
  return createMolecules({ name: tree.nameOf(path), molecules: shown, skipped, remarks })
}

async function readFile(
  tree: MoleculeTree,
  path: string,
  split: DataSource['split'],
  inFolder: boolean,
  signal: AbortSignal | undefined,
): Promise<ChosenMolecules> {
  const format = await formatOf(tree, path)
  const bytes = await tree.read(path, undefined, signal)
  try {
    if (format === 'npz') return await readArrays(tree, path, bytes, split)
    if (split !== undefined && split !== 'train') {
      throw new TweedieError('usage', `\`split: ${split}\` is for an .npz that marks molecules`)
    }
    if (format === undefined) throw new TweedieError('data', 'is no file of molecules')
    // Records without a name are told apart by the file that they are in.
    const file = await parseMolecules(decodeMolecules(bytes), format)
    return chooseMolecules(inFolder ? namedBy(file, lastPart(path).replace(/\.[^.]*$/, '')) : file)
  } catch (error) {
    if (!(error instanceof TweedieError) || !inFolder || error.code !== 'data') throw error
    return { molecules: [], leftOut: [{ record: 'the whole file', reason: error.message }], remarks: [] }
  }
}

function namedBy(file: MoleculeFile, name: string): MoleculeFile {
  const records = file.records.map((record) => ({
    ...record,
    molecule: { ...record.molecule, name: record.molecule.name ?? name },
  }))
  return { ...file, records }
}

async function readArrays(
  tree: MoleculeTree,
  path: string,
  bytes: Uint8Array,
  split: DataSource['split'],
): Promise<ChosenMolecules> {
  const arrays = parseNpz(bytes, { only: [...moleculeArrays, ...furtherArrays] })
  const { records, count, remarks } = moleculesOfArrays(arrays, split)
  const smiles = await smilesBeside(tree, path, count)
  const named = records.map((record) => {
    const word = smiles?.[record.index]
    return word === undefined ? record : { ...record, molecule: { ...record.molecule, name: word, smiles: word } }
  })
  const chosen = chooseMolecules({ records: named, leftOut: [], remarks })
  return smiles
    ? { ...chosen, remarks: [...chosen.remarks, 'names and SMILES are those of smiles.txt beside it'] }
    : chosen
}

/** The lines of `smiles.txt` beside an npz, where there are as many as molecules. */
async function smilesBeside(tree: MoleculeTree, path: string, count: number): Promise<readonly string[] | undefined> {
  const beside = within(folderOf(path), 'smiles.txt')
  if ((await tree.kind(beside)) !== 'file') return undefined
  const lines = decodeMolecules(await tree.read(beside))
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
  return lines.length === count ? lines.map((line) => line.trim().split(/\s+/)[0]!) : undefined
}

async function filesIn(tree: MoleculeTree, folder: string): Promise<{ files: string[]; others: string[] }> {
  const { entries } = await tree.list(folder)
  const names = entries.flatMap((entry) => (entry.kind === 'file' ? [entry.name] : [])).toSorted()
  const isOurs = (name: string): boolean => formatOfName(name) !== undefined
  return {
    files: names.filter(isOurs).map((name) => within(folder, name)),
    others: names.filter((name) => !isOurs(name) && !/^(?:readme|licen[cs]e|notice|citation)\b/i.test(name)),
  }
}

function refuseOthers({
  path,
  tokens: _,
  holdOut: __,
  holdOutManner: ___,
  split: ____,
  length: _____,
  unlabelled: ______,
  ...others
}: DataSource): void {
  const [name] = Object.entries(others).flatMap(([key, value]) => (value === undefined ? [] : [key]))
  if (name !== undefined) throw new TweedieError('usage', `${path}: \`${name}\` is not for molecules`)
}
