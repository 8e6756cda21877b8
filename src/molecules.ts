/** Molecules: files, conformers of a force field, distances between conformers, hands, pictures. */
export * from './files/molecules/index.ts'
export { type MoleculePictureOptions, moleculePicture, moleculeSvg } from './files/show/molecule/picture.ts'
