package dev.retort.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.retort.core.RandomStreams;
import dev.retort.theory.data.DataAnalysis;
import dev.retort.theory.data.TableReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplorerTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Explorer explorer;

    @BeforeAll
    static void start() throws IOException {
        explorer = Explorer.start(0);
    }

    @AfterAll
    static void stop() {
        explorer.close();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(explorer.address().resolve(path)).build(), BodyHandlers.ofString(UTF_8));
    }

    private static JsonObject json(HttpResponse<String> response) {
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }

    @Test
    void servesASelfContainedPage() throws IOException, InterruptedException {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        assertThat(page.body())
                .contains("<title>Retort explorer</title>")
                .doesNotContain("http://", "https://", "src=");
    }

    /**
     * The code on the page computes the numbers on the page. The test compiles and runs it for every kind of training
     * and teacher.
     */
    @Test
    void showsWhatItsCodeComputes(@TempDir Path directory) throws Exception {
        List<Exploration> all = new ArrayList<>();
        for (Exploration.Kind kind : Exploration.Kind.values()) {
            for (Exploration.Labeller teacher : Exploration.Labeller.values()) {
                boolean unknown = kind == Exploration.Kind.HARD
                        && Set.of(Exploration.Labeller.OPTIMAL, Exploration.Labeller.MASKED)
                                .contains(teacher);
                if (!unknown) {
                    all.add(Exploration.of(Map.of(
                            "kind", kind.name().toLowerCase(Locale.ROOT),
                            "teacher", teacher.name().toLowerCase(Locale.ROOT),
                            "samples", "37.5",
                            "ridge", "1e-3",
                            "features", "60")));
                }
            }
        }
        for (Exploration.Eigenvalues eigenvalues : Exploration.Eigenvalues.values()) {
            for (Exploration.Coefficients coefficients : Exploration.Coefficients.values()) {
                all.add(Exploration.of(Map.of(
                        "eigenvalues", eigenvalues.name().toLowerCase(Locale.ROOT),
                        "coefficients", coefficients.name().toLowerCase(Locale.ROOT),
                        "features", "45")));
            }
        }
        StringBuilder source = new StringBuilder();
        for (int i = 0; i < all.size(); i++) {
            String[] parts = all.get(i).code().split("\n\n", 2);
            source.append(i == 0 ? parts[0] + "\npublic class Code {\n" : "");
            source.append("public static double of")
                    .append(i)
                    .append("() {\n")
                    .append(parts[1])
                    .append("return excess;\n}\n");
        }
        Path file = Files.writeString(directory.resolve("Code.java"), source + "}\n");
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-d",
                        directory.toString(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        file.toString());
        assertThat(compiled).isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, ExplorerTest.class.getClassLoader())) {
            Class<?> code = loader.loadClass("Code");
            for (int i = 0; i < all.size(); i++) {
                double excess = (double) code.getMethod("of" + i).invoke(null);
                assertThat(all.get(i).html())
                        .as("%s", all.get(i))
                        .contains("The student’s excess risk is " + String.format(Locale.ROOT, "%.4g", excess));
            }
        }
    }

    /** A single experiment scatters about its mean; the figure shows the scatter wherever the expansion is known. */
    @Test
    void drawsTheScatterWhereItIsKnown() {
        assertThat(Exploration.of(Map.of()).html()).contains("<polygon", "its mean ± scatter");
        assertThat(Exploration.of(Map.of("kind", "features")).html()).doesNotContain("its mean ± scatter");
    }

    @Test
    void reportsATeacherWithoutEffectAsGoodAsTheTruth() {
        assertThat(Exploration.of(Map.of("eigenvalues", "equal", "noise", "0", "samples", "900", "teacher", "masked"))
                        .html())
                .contains("This teacher is as good as true labels.");
    }

    /** Requests that never end occupy a thread each; other requests are answered nevertheless. */
    @Test
    void answersWhileOtherRequestsNeverEnd() throws IOException, InterruptedException {
        List<Socket> halfOpen = new ArrayList<>();
        try {
            for (int k = 0; k < 8; k++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), explorer.address().getPort());
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: loc".getBytes(UTF_8));
                halfOpen.add(socket);
            }
            assertThat(get("/prediction?features=20").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : halfOpen) {
                socket.close();
            }
        }
    }

    @Test
    void answersOverTheNetwork() throws IOException, InterruptedException {
        HttpResponse<String> response = get("/prediction?alpha=2&features=50&samples=20&teacher=masked");
        assertThat(response.statusCode()).isEqualTo(200);
        JsonObject json = json(response);
        Exploration same = Exploration.of(Map.of("alpha", "2", "features", "50", "samples", "20", "teacher", "masked"));
        assertThat(json.get("html").getAsString()).isEqualTo(same.html());
        assertThat(json.get("code").getAsString()).isEqualTo(same.code()).contains("Surrogate.optimallyMasked()");
    }

    /** A thousand simultaneous requests for ten settings, as from moving sliders, compute each setting about once. */
    @Test
    void repeatsItsAnswers() {
        List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 200)
                .mapToObj(k -> CLIENT.sendAsync(
                        HttpRequest.newBuilder(
                                        explorer.address().resolve("/prediction?features=20&samples=" + (10 + k % 10)))
                                .build(),
                        BodyHandlers.ofString(UTF_8)))
                .toList();
        List<String> bodies = responses.stream()
                .map(CompletableFuture::join)
                .map(response -> {
                    assertThat(response.statusCode()).isEqualTo(200);
                    return response.body();
                })
                .toList();
        assertThat(bodies.stream().distinct()).hasSize(10);
        for (int k = 0; k < bodies.size(); k++) {
            assertThat(bodies.get(k)).isEqualTo(bodies.get(k % 10));
        }
    }

    @Test
    void rejectsWithAReason() throws IOException, InterruptedException {
        assertRefused(400, "alpha: minus is not a number from 0.05 to 8", "/prediction?alpha=minus");
        assertRefused(400, "samples: NaN is not a number", "/prediction?samples=NaN");
        assertRefused(400, "features: 1e9 is not a number from 1 to 2000", "/prediction?features=1e9");
        assertRefused(
                400, "teacher: nobody is not one of [truth, trained, optimal, masked]", "/prediction?teacher=nobody");
        assertRefused(400, "hard labels have no best teacher", "/prediction?kind=hard&teacher=optimal");
        assertRefused(400, "query: has ", "/prediction?x=" + "y".repeat(3000));
        assertRefused(404, "there is no such page", "/etc/passwd");
        assertRefused(404, "there is no such page", "/../pom.xml");
        assertRefused(405, "is not POST", "/table");
    }

    private static void assertRefused(int status, String reason, String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(json(response).get("error").getAsString()).contains(reason);
    }

    @Test
    void analysesAnUploadedTable() throws IOException, InterruptedException {
        RandomGenerator random = RandomStreams.of(5).generator();
        String csv = random.doubles(80)
                .mapToObj(x -> x + "," + (2 * x + random.nextGaussian()))
                .collect(Collectors.joining("\n", "size,price\n", "\n"));
        HttpResponse<String> response = post("/table?name=homes.csv&label=price", csv);
        assertThat(response.statusCode()).isEqualTo(200);
        DataAnalysis analysis = DataAnalysis.of(
                TableReader.standard().read("homes.csv", new ByteArrayInputStream(csv.getBytes(UTF_8))), "price");
        assertThat(json(response).get("html").getAsString())
                .contains(String.format(
                        Locale.ROOT, "%.4g ±", analysis.best().testRisk().mean()));
        assertThat(post("/table?name=homes.csv", csv).body()).isEqualTo(response.body()); // the last column by default
        assertThat(post("/table?name=homes.csv&label=cost", csv).statusCode()).isEqualTo(400);
        assertThat(json(post("/table?name=bad.csv", "a,b\n1,red\n"))
                        .get("error")
                        .getAsString())
                .contains("bad.csv");
    }

    private static HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(explorer.address().resolve(path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString(UTF_8));
    }

    /** Requests from another site, whose name resolves to this machine. */
    @Test
    void answersNoOtherHost() throws IOException {
        assertThat(raw("GET / HTTP/1.1\r\nHost: evil.example:"
                        + explorer.address().getPort() + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw("POST /table HTTP/1.1\r\nHost: localhost:"
                        + explorer.address().getPort()
                        + "\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw("GET / HTTP/1.1\r\nHost: 127.0.0.1:" + explorer.address().getPort()
                        + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void answersHeadAsGetWithoutTheBody() throws IOException {
        String host = " HTTP/1.1\r\nHost: localhost:" + explorer.address().getPort() + "\r\nConnection: close\r\n\r\n";
        String head = raw("HEAD /" + host);
        assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
        String get = raw("GET /" + host);
        String body = get.substring(get.indexOf("\r\n\r\n") + 4);
        assertThat(body).startsWith("<!");
        assertThat(head).containsIgnoringCase("Content-Length: " + body.getBytes(UTF_8).length + "\r\n");
        assertThat(raw("HEAD /elsewhere" + host)).startsWith("HTTP/1.1 404");
        assertThat(raw("PUT /" + host)).startsWith("HTTP/1.1 405");
    }

    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), explorer.address().getPort())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /**
     * Requests with random parameters, many of them nonsense, get an answer or a reason, and the page still works
     * afterwards.
     */
    @Test
    void survivesNonsense() throws IOException, InterruptedException {
        RandomGenerator random = RandomStreams.of(7).generator();
        String[] names = {"alpha", "source", "features", "noise", "samples", "ridge", "kind", "amount", "teacher", "x"};
        String[] values = {
            "",
            "1",
            "2000",
            "0",
            "-1",
            "1e300",
            "0.05",
            "8",
            "NaN",
            "Infinity",
            "ridge",
            "flow",
            "hard",
            "features",
            "trained",
            "truth",
            "%00",
            "é",
            "1e6",
            "1,5"
        };
        for (int k = 0; k < 150; k++) {
            String query = random.ints(random.nextInt(6), 0, names.length)
                    .mapToObj(i -> names[i] + "=" + URLEncoder.encode(values[random.nextInt(values.length)], UTF_8))
                    .collect(Collectors.joining("&"));
            HttpResponse<String> response = get("/prediction?" + query);
            assertThat(response.statusCode()).as(query).isIn(200, 400);
            assertThat(response.body()).as(query).doesNotContain("NaN ±", ">NaN<");
            assertThat(json(response).has(response.statusCode() == 200 ? "html" : "error"))
                    .isTrue();
        }
        assertThat(get("/").statusCode()).isEqualTo(200);
    }
}
