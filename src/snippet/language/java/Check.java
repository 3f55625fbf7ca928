// Parses and compiles many files in one process: `java Check.java OUT CLASSPATH SOURCES`. Reads paths from standard input, one
// on a line; a path behind `alone` and a tab is compiled in a call of its own. Prints one line of JSON for each message, one
// for each main class, and at the end `{"done":true}`.

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.lang.model.element.Modifier;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

class Check {
    static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    static StandardJavaFileManager files;
    static List<String> options;

    public static void main(String[] args) throws Exception {
        files = COMPILER.getStandardFileManager(null, Locale.ENGLISH, StandardCharsets.UTF_8);
        options = List.of("-d", args[0], "-cp", args[1], "-proc:none", "-Xlint:all", "-XDshould-stop.ifError=FLOW",
            "-Xmaxerrs", "100000", "-Xmaxwarns", "100000", "-implicit:none", "-sourcepath", args[2]);
        Map<String, Boolean> paths = new LinkedHashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            boolean alone = line.startsWith("alone\t");
            paths.put(alone ? line.substring("alone\t".length()) : line, alone);
        }
        List<String> together = new ArrayList<>();
        List<String> alone = new ArrayList<>();
        for (Map.Entry<String, Boolean> entry : paths.entrySet()) {
            // One file that does not parse would hide the errors of all others.
            if (parses(entry.getKey())) (entry.getValue() ? alone : together).add(entry.getKey());
        }
        if (!together.isEmpty()) compile(together);
        for (String path : alone) compile(List.of(path));
        OUT.println("{\"done\":true}");
    }

    static boolean parses(String path) throws Exception {
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        JavacTask task = (JavacTask) COMPILER.getTask(new StringWriter(), files, said, List.of("-proc:none"), null,
            files.getJavaFileObjects(path));
        for (CompilationUnitTree unit : task.parse()) mains(path, unit);
        boolean good = true;
        for (Diagnostic<? extends JavaFileObject> one : said.getDiagnostics()) {
            if (one.getKind() == Diagnostic.Kind.ERROR) {
                good = false;
                print("parse", path, one);
            }
        }
        return good;
    }

    static void compile(List<String> paths) throws Exception {
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        JavaCompiler.CompilationTask task = COMPILER.getTask(new StringWriter(), files, said, options, null,
            files.getJavaFileObjectsFromStrings(paths));
        task.call();
        Map<URI, String> names = new LinkedHashMap<>();
        for (String path : paths) names.put(new File(path).toURI(), path);
        for (Diagnostic<? extends JavaFileObject> one : said.getDiagnostics()) {
            String path = one.getSource() == null ? null : names.get(one.getSource().toUri());
            if (path != null) print("compile", path, one);
        }
    }

    /** Prints the classes with a `main` method, the first one first. */
    static void mains(String path, CompilationUnitTree unit) {
        String prefix = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        for (Tree tree : unit.getTypeDecls()) {
            if (!(tree instanceof ClassTree type)) continue;
            for (Tree member : type.getMembers()) {
                if (member instanceof MethodTree method && method.getName().contentEquals("main")
                    && method.getModifiers().getFlags().contains(Modifier.STATIC) && method.getParameters().size() == 1) {
                    OUT.println("{\"file\":" + quoted(path) + ",\"main\":" + quoted(prefix + type.getSimpleName()) + "}");
                }
            }
        }
    }

    static void print(String step, String path, Diagnostic<? extends JavaFileObject> one) {
        String kind = one.getKind() == Diagnostic.Kind.ERROR ? "error" : "warning";
        OUT.println("{\"file\":" + quoted(path) + ",\"step\":" + quoted(step) + ",\"severity\":" + quoted(kind)
            + ",\"code\":" + quoted(String.valueOf(one.getCode())) + ",\"message\":" + quoted(one.getMessage(Locale.ENGLISH))
            + ",\"start\":" + one.getStartPosition() + ",\"at\":" + one.getPosition() + ",\"end\":" + one.getEndPosition()
            + "}");
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < ' ' || c > '~') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }
}
