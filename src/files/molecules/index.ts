/// <reference path="../../globals.d.ts" preserve="true" />
/** Molecules: reading and writing SDF, XYZ and SMILES, bonds from distances, aromatic rings. Free of Node. */
export { aromatised, kekulised } from './aromatic.ts'
export { type ChosenMolecules, chooseMolecules, valenceFault } from './choose.ts'
export { atomicNumber, covalentRadius, symbols, vanDerWaalsRadius } from './elements.ts'
export type { LeftOut, Molecule, MoleculeFile, MoleculeRecord } from './molecule.ts'
export { type MoleculeFormat, parseMolecules } from './parse.ts'
export { withBonds } from './perceive-bonds.ts'
export { smallRings } from './rings.ts'
export { parseSdf } from './sdf.ts'
export { moleculeOfSmiles, parseSmilesList } from './smiles.ts'
export { writeSdf } from './write-sdf.ts'
export { parseXyz, writeXyz } from './xyz.ts'
