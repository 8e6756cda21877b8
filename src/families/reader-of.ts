import type { Family, FamilyModel, ModelReader } from './family.ts'

/** What makes models of the contents of folders, loaded. */
export async function readerOf<Model extends FamilyModel>({
  read,
}: {
  readonly read: Family<never, never, Model>['read']
}): Promise<ModelReader<Model>> {
  return typeof read === 'function' ? read : read.load()
}
