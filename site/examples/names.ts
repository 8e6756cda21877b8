/** Names that examples use and do not declare, found by TypeScript's binder; nothing of the library is read for it. */
import ts from 'typescript'
import type { Names } from './decide.ts'

/** "Cannot find name", in its several forms. */
const unknownName: ReadonlySet<number> = new Set([2304, 2503, 2552, 2580, 2584, 2591, 2663, 18004])

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: [],
  noResolve: true,
}

/** Of each example, in order. */
export function namesOf(sources: readonly string[]): readonly Names[] {
  // Modules, so that what one declares is not seen by another.
  const files = new Map(sources.map((source, i) => [`/examples/${i}.ts`, `${source}\nexport {}\n`]))
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.getSourceFile = (name, ...rest) =>
    files.has(name)
      ? ts.createSourceFile(name, files.get(name)!, ts.ScriptTarget.ES2022, true)
      : getSourceFile.call(host, name, ...rest)
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name)
  const program = ts.createProgram([...files.keys()], options, host)
  return [...files.keys()].map((name) => {
    const file = program.getSourceFile(name)!
    const found = program.getSemanticDiagnostics(file)
    // A name that is declared twice.
    const twice = found.filter(({ code }) => code === 2451)
    const free = found
      .filter(({ code }) => unknownName.has(code))
      .map(({ start, length }) => file.text.slice(start!, start! + length!))
    const mistakes = [...program.getSyntacticDiagnostics(file), ...twice].map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, ' '),
    )
    return { free: [...new Set(free)], imports: importsOf(file), mistakes }
  })
}

function importsOf(file: ts.SourceFile): Names['imports'] {
  return file.statements.filter(ts.isImportDeclaration).map(({ moduleSpecifier, importClause }) => {
    const bindings = importClause?.namedBindings
    const names =
      bindings !== undefined && ts.isNamedImports(bindings)
        ? bindings.elements
            .filter(({ isTypeOnly }) => !isTypeOnly && importClause?.phaseModifier === undefined)
            .map(({ propertyName, name }) => (propertyName ?? name).text)
        : []
    return { from: (moduleSpecifier as ts.StringLiteral).text, names }
  })
}

/**
 * The lines with their values shown: every expression that stands alone, and what the last line declares. An expression that is a call of
 * `console` shows itself.
 */
export function withShown(source: string): string {
  // A module, in which `await` may stand anywhere.
  const file = ts.createSourceFile('x.ts', `${source}\nexport {}\n`, ts.ScriptTarget.ES2022, true)
  const statements = file.statements.slice(0, -1)
  const edits = statements.flatMap((statement, i): { at: number; text: string; to?: number }[] => {
    if (ts.isExpressionStatement(statement)) {
      const { expression } = statement
      const text = expression.getText(file)
      if (text.startsWith('console.') || ts.isBinaryExpression(expression)) return []
      return [{ at: expression.getStart(file), to: expression.getEnd(), text: `await __show(undefined, ${text})` }]
    }
    if (i < statements.length - 1 || !ts.isVariableStatement(statement)) return []
    const names = statement.declarationList.declarations.flatMap(({ name }) => declaredNames(name))
    return [{ at: statement.getEnd(), text: names.map((name) => `\nawait __show('${name}', ${name})`).join('') }]
  })
  return edits.reduceRight((text, { at, to = at, text: put }) => text.slice(0, at) + put + text.slice(to), source)
}

function declaredNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? declaredNames(element.name) : []))
}
