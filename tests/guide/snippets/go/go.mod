module snippets

go 1.22
