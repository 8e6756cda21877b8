/** Readers of what people type, and of what clients of a server send as text: prompts, templates, requirements. */
import { parsePrompt } from '../../../src/compiled/prompts/grammar.ts'
import { parseRequirements } from '../../../src/families/embeddings/requirements.ts'
import { parseMemory } from '../../../src/files/io/memory-need.ts'
import { characterTokenizer, parseInfill } from '../../../src/files/text/index.ts'
import { type Reader, textBytes } from './reader.ts'

const tokenizer = characterTokenizer('To be, or not to be: that is the question.@[]-0123456789')

const text = (name: string, seeds: readonly string[], read: (text: string) => unknown): Reader => ({
  name,
  seeds: () => seeds.map(textBytes),
  read: (bytes) => read(Buffer.from(bytes).toString()),
  share: 0.3,
})

export const textReaders: readonly Reader[] = [
  text('prompt', ['a (red:1.3) house AND a [lake]:0.7', '((a)) \\(b\\) BREAK c'], parsePrompt),
  text('template', ['To be, [MASK…] question', '[MASK:3]o[MASK]'], (each) =>
    parseInfill(each, tokenizer, /…|\.\.\./.test(each) ? 64 : undefined),
  ),
  text('requirement', ['to@5', '[a-e]@0-3', '[^x]@2'], (each) => parseRequirements(each, tokenizer)),
  text('memory', ['6GB', '800 MB', 'low'], parseMemory),
]
