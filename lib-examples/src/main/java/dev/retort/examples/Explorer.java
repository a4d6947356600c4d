package dev.retort.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.retort.theory.data.DataTable;
import dev.retort.theory.data.TableReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page with sliders, served to this machine alone: the risks of a choice of spectrum, signal, training and teacher, and the
 * analysis of a table that the reader's browser sends. It opens one port of the loopback interface, reads and writes no file, and
 * answers only requests to this machine's own name and from its own page, so that no other web page can use it.
 */
final class Explorer implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Explorer.class);

    private static final int LONGEST_QUERY = 2000;

    /** The largest table that may be sent, in bytes. */
    private static final int LARGEST_TABLE = 32 << 20;

    /** A request that has not arrived within so many seconds is dropped, for it holds one of the threads. */
    private static final int LONGEST_REQUEST = 10;

    private static final int THREADS = 16;

    /** About 100 KB each. */
    private static final int MOST_KEPT = 100;

    private final HttpServer server;
    private final ExecutorService workers;
    private final String page;

    /** The latest predictions by their parameters, least recently used first: sliders go back and forth. */
    private final Map<Map<String, String>, Answer> kept = new LinkedHashMap<>(16, 0.75f, true);

    private Explorer(HttpServer server, ExecutorService workers, String page) {
        this.server = server;
        this.workers = workers;
        this.page = page;
    }

    /**
     * Starts to serve.
     *
     * @param port the port; 0 for any that is free
     * @throws IOException if the port cannot be opened
     */
    static Explorer start(int port) throws IOException {
        String page;
        try (InputStream in = requireNonNull(Explorer.class.getResourceAsStream("explorer.html"), "explorer.html")) {
            page = new String(in.readAllBytes(), UTF_8);
        }
        // The JDK's server reads these once, before its first start. Without the first, a kept connection waits 40 ms
        // for each answer.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", String.valueOf(LONGEST_REQUEST));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        ExecutorService workers = Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "retort-explorer");
            thread.setDaemon(true);
            return thread;
        });
        Explorer explorer = new Explorer(server, workers, page);
        server.setExecutor(workers);
        server.createContext("/", explorer::handle);
        server.start();
        return explorer;
    }

    /** {@return the address of the page} */
    URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (IllegalArgumentException e) {
                answer = Answer.refusal(400, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOGGER.warn("The explorer failed on {}", exchange.getRequestURI(), e);
                answer = Answer.refusal(500, "The computation failed; see the terminal for details");
            }
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders()
                    .set(
                            "Content-Security-Policy",
                            "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:");
            byte[] body = answer.body().getBytes(UTF_8);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
                exchange.sendResponseHeaders(answer.status(), -1);
                return;
            }
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        if (!isOurs(exchange.getRequestHeaders().getFirst("Host"))) {
            return Answer.refusal(403, "Host: is not this machine");
        }
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        if (origin != null && !(origin.startsWith("http://") && isOurs(origin.substring("http://".length())))) {
            return Answer.refusal(403, "Origin: is another page");
        }
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        if (path.equals("/table")) {
            return method.equals("POST") ? table(exchange) : Answer.refusal(405, "method: is not POST");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.refusal(405, "method: is neither GET nor HEAD");
        }
        return switch (path) {
            case "/" -> new Answer(200, "text/html; charset=utf-8", page);
            case "/prediction" -> prediction(parameters(exchange.getRequestURI()));
            default -> Answer.refusal(404, "path: there is no such page");
        };
    }

    private Answer prediction(Map<String, String> asked) {
        Answer known;
        synchronized (kept) {
            known = kept.get(asked);
        }
        if (known != null) {
            return known;
        }
        Exploration exploration = Exploration.of(asked);
        Answer answer = Answer.json(200, Map.of("html", exploration.html(), "code", exploration.code()));
        synchronized (kept) {
            kept.put(asked, answer);
            if (kept.size() > MOST_KEPT) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
        return answer;
    }

    /** Whether a request names this machine; a site whose name was made to resolve to this machine would send its own name. */
    private boolean isOurs(@Nullable String host) {
        int port = server.getAddress().getPort();
        return host != null && (host.equals("localhost:" + port) || host.equals("127.0.0.1:" + port));
    }

    private static Map<String, String> parameters(URI uri) {
        String query = uri.getRawQuery();
        if (query == null) {
            return Map.of();
        }
        if (query.length() > LONGEST_QUERY) {
            throw new IllegalArgumentException(
                    "query: has " + query.length() + " characters, more than " + LONGEST_QUERY);
        }
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, UTF_8);
    }

    private static Answer table(HttpExchange exchange) throws IOException {
        Map<String, String> asked = parameters(exchange.getRequestURI());
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_TABLE + 1);
        if (body.length > LARGEST_TABLE) {
            return Answer.refusal(
                    413, "table: has more than " + LARGEST_TABLE + " bytes; use \"retort analyse\" on its file");
        }
        String name = asked.getOrDefault("name", "table.csv");
        boolean noHeader = asked.containsKey("noHeader");
        TableReader reader = noHeader ? TableReader.standard().withoutHeader() : TableReader.standard();
        DataTable table;
        try {
            table = reader.read(name, new ByteArrayInputStream(body));
        } catch (IOException e) {
            return Answer.refusal(400, String.valueOf(e.getMessage()));
        }
        String label = asked.getOrDefault("label", "");
        if (label.isEmpty()) {
            label = table.names().get(table.columns() - 1);
        }
        AnalysisReport report = AnalysisReport.of(
                table,
                new AnalysisReport.Settings(
                        name,
                        label,
                        false,
                        0,
                        1,
                        Retort.commandLine(
                                noHeader
                                        ? List.of("analyse", name, "--no-header", "--label", label)
                                        : List.of("analyse", name, "--label", label)),
                        Retort.Version.name()),
                (step, done) -> {});
        return Answer.json(200, Map.of("html", new AnalysisPage(report).page().html(), "code", """
                import dev.retort.theory.data.*;
                import java.nio.file.Path;

                DataTable table = TableReader.standard()%s.read(Path.of(%s));
                DataAnalysis analysis = DataAnalysis.of(table, %s);
                TunedRisk best = analysis.best();
                """.formatted(
                        noHeader ? ".withoutHeader()" : "", literal(name), literal(label))));
    }

    /** A Java string literal, in which JSON's escapes mean the same. */
    private static String literal(String text) {
        return Json.of(text).strip();
    }

    /** A response. */
    private record Answer(int status, String type, String body) {

        static Answer json(int status, Map<String, String> content) {
            return new Answer(status, "application/json; charset=utf-8", Json.of(content));
        }

        static Answer refusal(int status, String reason) {
            return json(status, Map.of("error", reason));
        }
    }
}
