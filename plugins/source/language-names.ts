import type { Language } from "./grammar";

/** Languages by whole file name, in lower case. */
export const byFileName: Readonly<Record<string, Language>> = Object.assign(Object.create(null), {
  ...names(
    "ruby",
    "gemfile rakefile capfile guardfile podfile fastfile vagrantfile brewfile dangerfile config.ru .irbrc .pryrc",
  ),
  ...names("makefile", "makefile gnumakefile bsdmakefile"),
  ...names("dockerfile", "dockerfile containerfile"),
  ...names("groovy", "jenkinsfile"),
  ...names("cmake", "cmakelists.txt"),
  ...names("shell", ".bashrc .bash_profile .profile .zshrc .zshenv .envrc pkgbuild"),
  ...names("json", ".babelrc .eslintrc .prettierrc .swcrc composer.lock pipfile.lock"),
  ...names("toml", "cargo.lock pipfile poetry.lock"),
  ...names("ini", ".editorconfig .gitconfig .npmrc .env"),
  ...names("yaml", ".clang-format .clang-tidy .gemrc"),
  ...names("python", "sconstruct sconscript wscript"),
  ...names("nginx", "nginx.conf"),
});

/** Languages by extension, in lower case, without the dot. */
export const byExtension: Readonly<Record<string, Language>> = Object.assign(Object.create(null), {
  ...names("c", "c h"),
  ...names("clojure", "clj cljs cljc edn"),
  ...names("cmake", "cmake"),
  ...names("coffeescript", "coffee cson"),
  ...names("cpp", "cpp cc cxx c++ hpp hh hxx h++ ipp inl cu cuh"),
  ...names("crystal", "cr"),
  ...names("csharp", "cs csx"),
  ...names("css", "css pcss postcss"),
  ...names("dart", "dart"),
  ...names("diff", "diff patch"),
  ...names("dockerfile", "dockerfile"),
  ...names("elixir", "ex exs"),
  ...names("elm", "elm"),
  ...names("erlang", "erl hrl"),
  ...names("fsharp", "fs fsi fsx"),
  ...names("go", "go"),
  ...names("graphql", "graphql gql graphqls"),
  ...names("groovy", "groovy gradle gvy"),
  ...names("haskell", "hs"),
  ...names("hcl", "tf tfvars hcl nomad"),
  ...names("html", "html htm xhtml vue svelte erb rhtml hbs handlebars mustache ejs jsp twig liquid astro"),
  ...names("ini", "ini cfg conf properties env editorconfig"),
  ...names("java", "java"),
  ...names("javascript", "js mjs cjs jsx es6"),
  ...names("json", "json jsonc json5 webmanifest geojson ipynb"),
  ...names("julia", "jl"),
  ...names("kotlin", "kt kts"),
  ...names("less", "less"),
  ...names("lua", "lua rockspec"),
  ...names("makefile", "mk mak make"),
  ...names("markdown", "md markdown mdx mkd"),
  ...names("nginx", "nginx nginxconf"),
  ...names("objective-c", "m mm"),
  ...names("ocaml", "ml mli mll mly"),
  ...names("perl", "pl pm t psgi"),
  ...names("php", "php php3 php4 php5 phtml phpt inc"),
  ...names("powershell", "ps1 psm1 psd1"),
  ...names("protobuf", "proto"),
  ...names("pug", "pug jade"),
  ...names("python", "py pyi pyw pyx bzl star gyp"),
  ...names("r", "r"),
  ...names("ruby", "rb rake gemspec ru jbuilder builder podspec rabl thor rbi"),
  ...names("rust", "rs"),
  ...names("sass", "sass"),
  ...names("scala", "scala sc sbt"),
  ...names("scss", "scss"),
  ...names("shell", "sh bash zsh ksh bats fish"),
  ...names("sql", "sql ddl dml psql"),
  ...names("swift", "swift"),
  ...names("toml", "toml"),
  ...names("typescript", "ts mts cts tsx"),
  ...names("xml", "xml xsd xsl xslt svg rss atom plist csproj fsproj vbproj xaml resx wsdl storyboard xib pom"),
  ...names("yaml", "yaml yml"),
});

/** Languages by the program a `#!` line names, version digits removed. */
export const byInterpreter: Readonly<Record<string, Language>> = Object.assign(Object.create(null), {
  ...names("shell", "sh bash zsh ksh dash ash fish bats"),
  ...names("ruby", "ruby jruby rake"),
  ...names("python", "python pypy"),
  ...names("javascript", "node nodejs"),
  ...names("typescript", "bun deno ts-node tsx"),
  ...names("perl", "perl"),
  ...names("php", "php"),
  ...names("lua", "lua luajit"),
  ...names("elixir", "elixir"),
  ...names("erlang", "escript"),
  ...names("groovy", "groovy"),
  ...names("julia", "julia"),
  ...names("r", "rscript"),
  ...names("makefile", "make"),
  ...names("crystal", "crystal"),
  ...names("powershell", "pwsh"),
});

/** Languages by the mode that an editor is told to use, where that is no extension or interpreter. */
export const byMode: Readonly<Record<string, Language>> = Object.assign(Object.create(null), {
  ...names("clojure", "clojure"),
  ...names("csharp", "csharp"),
  ...names("fsharp", "fsharp"),
  ...names("haskell", "haskell"),
  ...names("javascript", "javascript js2"),
  ...names("kotlin", "kotlin"),
  ...names("ocaml", "ocaml tuareg"),
  ...names("perl", "cperl"),
  ...names("powershell", "powershell"),
  ...names("protobuf", "protobuf"),
  ...names("rust", "rust"),
  ...names("shell", "shell-script"),
  ...names("typescript", "typescript"),
});

/** Languages by what a text begins with. */
export const byOpening: readonly (readonly [begins: RegExp, language: Language])[] = [
  [/^<\?php\b/i, "php"],
  [/^<\?xml\b/i, "xml"],
  [/^\s*<(!doctype\s+html|html)\b/i, "html"],
  [/^%YAML\b/, "yaml"],
  [/^(diff --git |--- a\/)/, "diff"],
  [/^FROM \S+/, "dockerfile"],
];

function names(language: Language, list: string): Record<string, Language> {
  return Object.fromEntries(list.split(" ").map((name) => [name, language]));
}
