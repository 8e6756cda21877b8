/// <reference path="./globals.d.ts" preserve="true" />
/** Models: the families, what each can do, and models as folders in memory. */
export { openedOf, readModel } from './app/opened.ts'
export type * from './families/family.ts'
export {
  abilityOf,
  entryForData,
  entryNamed,
  entryOfFolder,
  entryOfSpec,
  families,
  familiesOf,
  type Opened,
} from './families/registry.ts'
export {
  decodeModelFolder,
  encodeModelFolder,
  type ModelFiles,
  type ModelFolder,
  type ModelFolderInput,
  type ModelWeight,
} from './files/io/model-folder.ts'
