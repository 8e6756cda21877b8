/** What both versions of molfiles are made of, and their checks. */
import { TweedieError } from '../../errors.ts'
import { mostAtoms } from './molecule.ts'

/** The parts of a molecule, as both versions of the format give them. */
export interface MolfileParts {
  readonly symbols: readonly string[]
  readonly positions: readonly number[]
  /** Three numbers each: two atoms from 0, and the order. */
  readonly bonds: readonly number[]
  readonly charges: ReadonlyMap<number, number>
  /** Atoms with a single electron. */
  readonly radicals: readonly number[]
  /** The line after the last one. */
  readonly end: number
}

/** @throws TweedieError `data` for more atoms than a molecule may have here, or none */
export function requireSize(atoms: number): void {
  if (atoms === 0) throw broken('it has no atoms')
  if (atoms > mostAtoms) throw broken(`too large: ${atoms} atoms, at most ${mostAtoms}`)
}

/** @throws TweedieError `data` for what is no finite number */
export function coordinate(text: string, atom: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && Math.abs(value) < 1e6) return value
  throw broken(`atom ${atom + 1}: a coordinate is ${JSON.stringify(text.trim())}`)
}

/** A bond of atoms that are counted from 1. @throws TweedieError `data` for one that cannot be */
export function bondOf(from: number, to: number, order: number, atoms: number): [number, number, number] {
  const isAtom = (atom: number): boolean => Number.isInteger(atom) && atom >= 1 && atom <= atoms
  if (isAtom(from) && isAtom(to) && from !== to && Number.isInteger(order)) return [from - 1, to - 1, order]
  throw broken(`there is no bond ${from}–${to} of type ${order} among ${atoms} atoms`)
}

/** What is wrong with a record. */
export const broken = (what: string): TweedieError => new TweedieError('data', what)
