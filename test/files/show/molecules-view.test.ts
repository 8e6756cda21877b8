/** The view of a set of molecules. */
import { expect, test } from 'vitest'
import { createMolecules } from '../../../src/files/data/molecules.ts'
import { moleculesView } from '../../../src/files/show/molecules-view.ts'
import { water } from '../../families/molecules/small.ts'

test('of more molecules than a call takes arguments', () => {
  const molecules = Array.from({ length: 140_000 }, () => water)
  const { facts } = moleculesView(createMolecules({ name: 'many', molecules }))
  const each = water.conformers.length
  expect(facts).toMatchObject({ length: 140_000, conformersEach: [each, each], atomsEach: [3, 3] })
})
