/** Molecules of a text, by its format. */
import { TweedieError } from '../../errors.ts'
import type { MoleculeFile } from './molecule.ts'
import { parseSdf } from './sdf.ts'
import { parseSmilesList } from './smiles.ts'
import { parseXyz } from './xyz.ts'

/** A format of molecules. */
export type MoleculeFormat = 'sdf' | 'xyz' | 'smiles'

/** The format that the name of a file says, packed or not; undefined for any other. */
export function formatOfName(name: string): MoleculeFormat | undefined {
  const [, ending = ''] = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(name) ?? []
  const formats: Readonly<Record<string, MoleculeFormat>> = {
    sdf: 'sdf',
    sd: 'sdf',
    mol: 'sdf',
    xyz: 'xyz',
    smi: 'smiles',
    smiles: 'smiles',
    ism: 'smiles',
  }
  return formats[ending.toLowerCase()]
}

/**
 * The records of a text. Nothing is left out without being named; molecules are checked and joined by `chooseMolecules`.
 *
 * @throws TweedieError `usage` for SMILES where openchemlib is not installed
 */
export async function parseMolecules(text: string, format: MoleculeFormat): Promise<MoleculeFile> {
  if (format === 'sdf') return parseSdf(text)
  if (format === 'xyz') return parseXyz(text)
  return parseSmilesList(text)
}

/** The bytes of a text file: UTF-8, or Latin-1 where they are none. @throws TweedieError `data` for more than a text can hold */
export function decodeMolecules(bytes: Uint8Array): string {
  if (bytes.length > 2 ** 29 - 32)
    throw new TweedieError('data', `${bytes.length} bytes are too many for one text`, {
      hint: 'cut the file into several',
    })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}
