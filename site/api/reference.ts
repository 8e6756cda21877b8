/** The reference: Markdown pages below `api/`, made by typedoc of the doc comments of every public subpath. */
import { readFileSync } from 'node:fs'
import {
  Application,
  Comment,
  Converter,
  DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
  SignatureReflection,
} from 'typedoc'
import { MarkdownPageEvent } from 'typedoc-plugin-markdown'
import manifest from '../../package.json' with { type: 'json' }
import { root, stage } from '../paths.ts'
import { entries } from './entries.ts'

/** Writes the pages; resolves to how many names have one. Links in comments that lead nowhere end the build. */
export async function writeReference(): Promise<number> {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ source }) => root + source),
    tsconfig: `${root}tsconfig.json`,
    plugin: ['typedoc-plugin-markdown'],
    out: `${stage}api`,
    basePath: root,
    name: 'Reference',
    readme: 'none',
    logLevel: 'Warn',
    // The sources are checked by `npm run check`.
    skipErrorChecking: true,
    sortEntryPoints: false,
    excludePrivate: true,
    excludeExternals: true,
    disableGit: true,
    sourceLinkTemplate: '/src/{path}.html#L{line}',
    validation: { invalidLink: true, notExported: false, notDocumented: false },
    entryFileName: 'index',
    hidePageHeader: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    indexFormat: 'table',
    pageTitleTemplates: { index: 'Reference', module: '{name}', member: '{name}' },
  } as object)
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: { readonly project: ProjectReflection }) => {
    for (const module of project.children ?? []) {
      const entry = entries.find(({ source }) => module.sources?.[0]?.fileName === source)
      if (entry === undefined) throw new Error(`${module.name} is no entry of the package`)
      module.name = entry.name
      module.comment = new Comment([{ kind: 'text', text: headerOf(entry.source) }])
    }
  })
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }: { readonly project: ProjectReflection }) => {
    // Options that a function takes apart at once have no name in its code.
    for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
      if (parameter.name === '__namedParameters') parameter.name = 'options'
    }
    // What is inherited from the language's own types has no page here.
    for (const reflection of Object.values(project.reflections)) {
      if (!(reflection instanceof DeclarationReflection || reflection instanceof SignatureReflection)) continue
      const sources = reflection.sources?.filter(({ fileName }) => fileName.startsWith('src/'))
      if (sources?.length === 0) delete reflection.sources
      else if (sources !== undefined) reflection.sources = sources
    }
  })
  // A type that is used and not exported: a link to its source.
  app.converter.addUnknownSymbolResolver((_reference, _from, _part, symbol) =>
    symbol?.packageName === manifest.name ? sourceLink(symbol.packagePath, symbol.qualifiedName) : undefined,
  )
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = withImport(page as MarkdownPageEvent)
  })
  const project = await app.convert()
  if (project === undefined) throw new Error('typedoc made nothing of the sources')
  app.validate(project)
  await app.generateOutputs(project)
  const { errorCount, warningCount } = app.logger
  if (errorCount + warningCount > 0) throw new Error('typedoc warns: mend the comments that it names')
  return project.children!.reduce((sum, { children = [] }) => sum + children.length, 0)
}

/** What the comment at the head of an entry says of it. */
function headerOf(source: string): string {
  const [, comment] = /\/\*\*([\s\S]*?)\*\//.exec(readFileSync(root + source, 'utf8')) ?? []
  const text = (comment ?? '').replaceAll(/^\s*\* ?/gm, '').trim()
  return text.replace(/@example\n([\s\S]*)$/, (_, code: string) => `\`\`\`ts\n${code.trim()}\n\`\`\``)
}

/** The page with the line that imports what it is about. */
function withImport({ contents = '', model }: MarkdownPageEvent): string {
  if (!(model instanceof DeclarationReflection) || model.kindOf(ReflectionKind.Module)) return contents
  const types = model.kindOf([ReflectionKind.Interface, ReflectionKind.TypeAlias])
  let module = model.parent
  while (module !== undefined && !module.kindOf(ReflectionKind.Module)) module = module.parent
  if (module === undefined || model.parent !== module) return contents
  const line = `import ${types ? 'type ' : ''}{ ${model.name} } from '${module.name}'`
  // Without its type parameters, which the signature has.
  const title = `# ${model.name}${model.kindOf(ReflectionKind.Function) ? '()' : ''}`
  return contents.replace(/^# .*\n/m, () => `${title}\n\n\`\`\`ts\n${line}\n\`\`\`\n`)
}

/** The page of a source file, at the line where a name is declared. */
function sourceLink(path: string, name: string): string | undefined {
  if (!path.startsWith('src/')) return undefined
  const [top] = name.split('.') as [string]
  const declared = new RegExp(
    `^\\s*(export )?(declare )?(abstract )?(interface|type|class|function\\*?|async function|const) ${top}\\b`,
  )
  const line = readFileSync(root + path, 'utf8')
    .split('\n')
    .findIndex((each) => declared.test(each))
  return `/${path}.html#L${Math.max(line, 0) + 1}`
}
