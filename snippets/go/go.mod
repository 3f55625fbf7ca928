module snippets

go 1.25
