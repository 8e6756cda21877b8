/** Whether an autoencoder of states takes the states of other data: the same quantities, in the same units. */
import { TweedieError } from '../../../errors.ts'
import type { FieldFacts } from '../../../files/data/fields/facts.ts'
import type { WindowedData } from '../../../files/data/windows.ts'
import type { CodeSource } from '../data.ts'

/** @throws TweedieError `usage` for other variables, or other units */
export function requireSameFields({ autoencoder, path = 'the autoencoder' }: CodeSource, data: WindowedData): void {
  const known = autoencoder.meta.data['fields'] as unknown as FieldFacts | undefined
  if (known === undefined) {
    throw new TweedieError('usage', `\`latents\`: ${path} is no autoencoder of the states of fields`, {
      hint: `train one: \`train DATA --model vae --out runs/vae\``,
    })
  }
  const [takes, has] = [known, data.fields].map(({ variables }) =>
    variables.map(({ name, units }) => (units === undefined ? name : `${name} (${units})`)).join(', '),
  )
  if (takes === has) return
  throw new TweedieError('usage', `\`latents\`: ${path} encodes ${takes}, and ${data.name} has ${has}`, {
    hint: 'give the fields that it was trained on: `variables`',
  })
}
